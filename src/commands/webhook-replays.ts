import { WildcatError } from '../errors.ts';
import { admitsPurged, type EventFilter } from '../events/filter.ts';
import { carriesNothing, filterOf } from '../events/webhook-filter.ts';
import type { Replay, Webhook } from '../events/webhook-state.ts';
import type { EventLog } from '../ports/event-log.ts';

export type ReplayRange = Readonly<{
  from: number | Date;
  to?: number | Date | undefined;
  events: readonly string[];
  accountId?: string | undefined;
}>;

/** Throws `invalid` where a webhook's format could carry nothing of what is asked for. */
export const insistOnSense = (reach: Pick<Webhook, 'format' | 'events' | 'accounts'>): void => {
  if (!carriesNothing(reach, filterOf(reach))) return;
  throw new WildcatError(
    'invalid',
    'events hold no message that format wildcat could carry (message.received, message.sent_elsewhere, message.sent): ask for format cloudevents',
  );
};

/** Where to begin, as it was asked for and as a position, and what is wanted from there on. */
type Beginning = Readonly<{ at: number | Date; after: number; filter: EventFilter }>;

/** Throws `gone` where a purge took some of what is wanted; `mend` says what can be asked for instead. */
export const insistOnLogged = (
  { at, after, filter }: Beginning,
  purgedUpto: number,
  mend: (upto: number) => string,
): void => {
  // when it was that something purged was said, the log does not know any more
  const isCut = at instanceof Date ? purgedUpto > 0 && after <= purgedUpto : after < purgedUpto;
  if (isCut && admitsPurged(filter))
    throw new WildcatError('gone', `The log was purged up to ${purgedUpto}: ${mend(purgedUpto)}`);
};

type Deps = Readonly<{ log: Pick<EventLog, 'state' | 'before'>; random: (bytes: number) => string }>;

/** The replay that a range means for a webhook. Throws `invalid`, and `gone` where a purge took some of it. */
export const stretchOf = async (
  { log, random }: Deps,
  webhook: Webhook,
  range: ReplayRange,
): Promise<Replay> => {
  const { from, to, events, accountId } = range;
  const { lastSeq, purgedUpto } = await log.state();
  const after = from instanceof Date ? await log.before(from) : from - 1;
  const last = to instanceof Date ? await log.before(to) : (to ?? lastSeq);
  const accounts = accountId === undefined ? [] : [accountId];
  if (accountId !== undefined && webhook.accounts.length > 0 && !webhook.accounts.includes(accountId))
    throw new WildcatError('invalid', 'accountId must be one of the webhook’s accounts');
  insistOnSense({ ...webhook, events: events.length === 0 ? webhook.events : [...events] });
  const replay: Replay = { id: `rp_${random(12)}`, after, to: Math.min(last, lastSeq), accounts, events };
  if (replay.after >= replay.to)
    throw new WildcatError('invalid', 'from must not be after to, nor beyond the log');
  const beginning = { at: from, after, filter: filterOf(webhook, replay) };
  insistOnLogged(beginning, purgedUpto, (upto) => `it can be replayed from ${upto + 1} on`);
  return replay;
};
