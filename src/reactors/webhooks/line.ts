import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import { subjectsOf } from '../../events/filter.ts';
import { keyOf } from '../../events/ids.ts';
import { isDue } from '../../events/webhook-filter.ts';
import type { Webhook } from '../../events/webhook-state.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { type Follower, type FollowerDeps, startFollower } from '../follower.ts';
import { retryUntilDone } from '../retry-until-done.ts';
import { type Courier, type CourierDeps, createCourier } from './courier.ts';
import { createLanes, type Entry, type Lanes } from './lanes.ts';
import type { LineSpec } from './wanted-lines.ts';

export type LineDeps = FollowerDeps & CourierDeps & Readonly<{ log: Pick<EventLog, 'lastBefore'> }>;

export type LineStatus = Readonly<{
  webhook: string;
  line: string;
  delivered: number;
  failed: number;
  /** Events that wait for another attempt, or behind one that does. */
  parked: number;
  /** Others that are due. */
  due: number;
  /** When the oldest of all these was logged, unix ms. */
  oldestAt: number | null;
  position: number;
  /** Why it stands still, or null. */
  failure: string | null;
}>;

export type Line = Readonly<{
  status: () => LineStatus;
  /** Resolves once all of a replay is delivered or given up; never for a webhook. */
  finished: Promise<void>;
  /** What is under way has a moment to end. */
  stop: () => Promise<void>;
}>;

/** Events in memory, at most. */
const WINDOW = 1_000;
/** Events parked, at most: beyond them the log is the queue. */
const MAX_PARKED = 10_000;

const laneOf = ({ order }: Webhook, event: Recorded<WildcatEvent>, { choose }: Lanes): string => {
  if (order === 'none') return String(event.seq);
  if (!('chat' in event.data)) return `${event.account}/_`;
  // what came before the other name was learnt names one only, the number or the LID
  const { jid, alt = jid } = event.data.chat;
  return choose(`${event.account}/${keyOf(alt)}`, `${event.account}/${keyOf(jid)}`);
};

/** Reads what is due to a webhook and hands it to its courier, never more than can be held. */
export const startLine = (deps: LineDeps, spec: LineSpec): Line => {
  const { name, webhook, filter, until } = spec;
  const subjects = subjectsOf(filter);
  const stopping = new AbortController();
  const { signal } = stopping;
  const lanes = createLanes();
  const courier: Courier = createCourier(deps, { spec, lanes, signal });
  let follower: Follower | null = null;
  let seen = 0;
  let previous: number | null = null;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const isFull = (): boolean => {
    const { held, parked } = lanes.counts();
    return held >= WINDOW || held + parked >= MAX_PARKED;
  };
  const lastBefore = (seq: number): Promise<number> =>
    deps.log.lastBefore(
      { subjects, before: seq },
      (entry) => entry.kind === 'event' && isDue(filter, entry.event),
    );
  const take = (event: Recorded<WildcatEvent>, before: number): void => {
    const { seq, account } = event;
    const entry: Entry = {
      seq,
      previous: before,
      account,
      lane: laneOf(webhook, event, lanes),
      at: Date.parse(event.at),
      failed: 0,
      event,
      parked: false,
    };
    previous = seq;
    if (lanes.has(seq)) return; // it was parked before the position moved on
    lanes.add(entry);
    if (lanes.isWaiting(entry.lane)) courier.putAside(entry);
  };
  const isAhead = ({ seq }: Recorded<WildcatEvent>): boolean =>
    seq > seen && (until === null || seq <= until);
  const fold = async (events: readonly Recorded<WildcatEvent>[]): Promise<void> => {
    for (const event of events.filter(isAhead)) {
      courier.admit(event.seq);
      if (isDue(filter, event)) {
        while (isFull() && !signal.aborted) await courier.progress();
        if (signal.aborted) return;
        previous ??= await lastBefore(event.seq);
        take(event, previous);
        courier.pump();
      }
      seen = event.seq;
    }
    await courier.flush();
  };
  const position = (): number => lanes.oldest()?.previous ?? seen;

  const run = async (): Promise<void> => {
    const prepared = await retryUntilDone(() => courier.prepare(), { logger: deps.logger, signal });
    if (prepared === null || signal.aborted) return;
    follower = startFollower(deps, {
      ...{ name: `webhook/${name}`, subjects, signal, fold, position, seen: () => seen },
      begin: (seq) => {
        seen = Math.max(seq, spec.after);
        courier.admit(seen);
      },
      onNews: () => courier.pump(),
    });
    await follower.ready;
    if (follower.isReady()) courier.admit(Number.POSITIVE_INFINITY);
    if (until === null) return;
    while (!signal.aborted && lanes.counts().held + lanes.counts().parked > 0) await courier.progress();
    if (!signal.aborted && follower.isReady()) finish();
  };
  const running = run().catch((err: unknown) => deps.logger.error({ err, line: name }, 'webhook line broke'));

  return {
    finished,
    status: () => {
      const { held: due, parked } = lanes.counts();
      const failure = courier.failure() ?? follower?.failure() ?? null;
      const oldestAt = lanes.oldestAt();
      return {
        webhook: webhook.id,
        line: name,
        ...courier.counts(),
        due,
        parked,
        oldestAt,
        position: position(),
        failure,
      };
    },
    stop: async () => {
      await courier.rest();
      stopping.abort();
      await courier.close();
      await running;
      await follower?.ended;
    },
  };
};
