import type { EventFilter } from '../../events/filter.ts';
import { carriesNothing, filterOf } from '../../events/webhook-filter.ts';
import type { Webhook, Webhooks } from '../../events/webhook-state.ts';

/** A webhook's way along the log, or that of one of its replays. */
export type LineSpec = Readonly<{
  name: string;
  webhook: Webhook;
  filter: EventFilter;
  /** It begins after this position, if it has none of its own yet. */
  after: number;
  /** Last position that it is about; null: it goes on for ever. */
  until: number | null;
  replay: string | null;
}>;

/** The lines that there should be, by name. Two specs with one key need no new line. */
export const wantedLines = (
  webhooks: Webhooks,
): ReadonlyMap<string, Readonly<{ key: string; spec: LineSpec }>> => {
  const wanted = new Map<string, { key: string; spec: LineSpec }>();
  for (const webhook of webhooks.values()) {
    if (webhook.status !== 'active') continue;
    const filter = filterOf(webhook);
    if (carriesNothing(webhook, filter)) continue;
    const { targetRef, format, order, activeSince } = webhook;
    // activeSince: what was disabled and resumed at once has a line that delivers nothing any more
    const key = JSON.stringify([targetRef, format, order, filter, activeSince]);
    const spec = { name: webhook.id, webhook, filter, after: webhook.after, until: null, replay: null };
    wanted.set(webhook.id, { key, spec });
    for (const { id, after, to, accounts, events } of webhook.replays) {
      const name = `${webhook.id}/${id}`;
      const stretch = filterOf(webhook, { events, accounts });
      if (carriesNothing(webhook, stretch)) continue;
      wanted.set(name, { key, spec: { name, webhook, filter: stretch, after, until: to, replay: id } });
    }
  }
  return wanted;
};
