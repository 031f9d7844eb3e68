import { createDeliveries } from '../adapters/mongo/deliveries.ts';
import { listPositions } from '../adapters/mongo/positions.ts';
import { createViewStore } from '../adapters/mongo/view-store.ts';
import type { Reader } from '../archive/purge.ts';
import { decodeEvent, type WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { subjectsOf } from '../events/filter.ts';
import { losesEvents } from '../events/retention.ts';
import { evolveWebhooks, NO_WEBHOOKS, type Webhook, type Webhooks } from '../events/webhook-state.ts';
import { SYSTEM, type WebhookEvent } from '../events/webhooks.ts';
import { VIEWS } from '../projections/all.ts';
import { buildOf } from '../projections/projection.ts';
import { firstOf } from '../projections/runner/builds.ts';
import { MEDIA_POSITION } from '../reactors/media.ts';
import { MEDIA_SUBJECTS } from '../reactors/open-media.ts';
import { senderPosition } from '../reactors/sender.ts';
import {
  foldSends,
  noSends,
  type OpenSends,
  positionOf,
  sendSubjects,
} from '../reactors/sends/open-sends.ts';
import { wantedLines } from '../reactors/webhooks/wanted-lines.ts';
import type { VerbFoundation } from './verb-foundation.ts';

type Seqs = ReadonlyMap<string, number>;

/** Those that serve, or are to; what is built beside them begins anew where the log no longer has what it needs. */
const viewReaders = async ({ databases }: VerbFoundation): Promise<Reader[]> => {
  const store = createViewStore({ client: databases.client, db: databases.views });
  const checkpoints = await store.checkpoints();
  return VIEWS.map((view) => {
    const own = checkpoints.filter(({ id }) => firstOf(id) === buildOf(view).id);
    const serving = own.find(({ live }) => live) ?? own[0];
    return {
      name: `view ${view.name}`,
      // whatever is left to read: its position alone tells later whether it has lost something
      subjects: view.aggregates.some(losesEvents) ? ['wildcat.>'] : [],
      position: serving?.position ?? 0,
    };
  });
};

const isWebhookEvent = (event: Recorded<WildcatEvent>): event is Recorded<WebhookEvent> =>
  'webhookId' in event.data;

/** What the log holds now on some subjects. Throws where an event can't be read. */
async function* eventsOf(
  { log }: VerbFoundation,
  subjects: readonly string[],
): AsyncGenerator<Recorded<WildcatEvent>> {
  const { lastSeq: until } = await log.state();
  for await (const batch of log.read({ subjects, after: 0, until }, new AbortController().signal))
    for (const { subject, seq, payload } of batch)
      if (subject.split('.')[3] !== 'version')
        yield decodeEvent(subject, seq, Buffer.from(payload).toString('utf8'));
}

const webhooksOf = async (foundation: VerbFoundation): Promise<Webhooks> => {
  let webhooks = NO_WEBHOOKS;
  for await (const event of eventsOf(foundation, [`wildcat.${SYSTEM}.webhook.>`]))
    if (isWebhookEvent(event)) webhooks = evolveWebhooks(webhooks, event);
  return webhooks;
};

/** Sends that an account took while no sender ran for it, which has no position then: only the log tells of them. */
const newSenders = async (foundation: VerbFoundation, seqs: Seqs): Promise<Reader[]> => {
  const accounts = new Set<string>();
  for await (const { account } of eventsOf(foundation, ['wildcat.*.account.created.>']))
    if (!seqs.has(senderPosition(account))) accounts.add(account);
  const states = new Map<string, OpenSends>();
  const subjects = [...accounts].flatMap(sendSubjects);
  if (subjects.length > 0)
    for await (const event of eventsOf(foundation, subjects)) {
      const { account, gen } = event;
      states.set(account, foldSends(states.get(account) ?? noSends(0), [event], gen));
    }
  return [...states]
    .filter(([, { open }]) => open.size > 0)
    .map(([account, state]) => ({
      name: senderPosition(account),
      subjects: sendSubjects(account),
      position: positionOf(state),
    }));
};

/** One that is paused goes on where it was; one that is disabled waits for nothing. */
const asActive = ([id, webhook]: readonly [string, Webhook]): [string, Webhook][] =>
  webhook.status === 'disabled' ? [] : [[id, { ...webhook, status: 'active' }]];

const webhookReaders = async (foundation: VerbFoundation, seqs: Seqs): Promise<Reader[]> => {
  const { databases, now } = foundation;
  const deliveries = await createDeliveries(databases.state, { keepMs: 0, now });
  const lines = wantedLines(new Map([...(await webhooksOf(foundation))].flatMap(asActive)));
  return Promise.all(
    [...lines].map(async ([name, { spec }]) => {
      const waiting = (await deliveries.parked(name)).map(({ seq }) => seq - 1);
      const position = Math.min(seqs.get(`webhook/${name}`) ?? spec.after, ...waiting);
      return { name: `webhook ${name}`, subjects: subjectsOf(spec.filter), position };
    }),
  );
};

/** Everybody who keeps a position in the log, and has to read on from there. */
export const readersOf = async (foundation: VerbFoundation): Promise<Reader[]> => {
  const positions = await listPositions(foundation.databases.state);
  const seqs = new Map(positions.map(({ follower, seq }) => [follower, seq]));
  const reactors = positions.flatMap(({ follower, seq: position }) => {
    if (follower === MEDIA_POSITION) return [{ name: follower, subjects: MEDIA_SUBJECTS, position }];
    const account = follower.split('/').at(-1) ?? '';
    if (follower !== senderPosition(account)) return [];
    return [{ name: follower, subjects: sendSubjects(account), position }];
  });
  return [
    ...(await viewReaders(foundation)),
    ...reactors,
    ...(await newSenders(foundation, seqs)),
    ...(await webhookReaders(foundation, seqs)),
  ];
};
