import { setTimeout as sleep } from 'node:timers/promises';
import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import { isDue } from '../../events/webhook-filter.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Parked, Target, Targets, Tell } from '../../ports/webhooks.ts';
import type { Entry } from './lanes.ts';
import { createOutcomes, type LineContext, type OutcomeDeps } from './outcomes.ts';
import { deliveryIdOf } from './teller.ts';

export type CourierDeps = OutcomeDeps &
  Readonly<{ log: Pick<EventLog, 'append' | 'at'>; targets: Pick<Targets, 'find'>; tell: Tell }>;

/** Carries what its line's lanes hold to the webhook. */
export type Courier = Readonly<{
  /** Loads target and parked events; these are carried once they are admitted. */
  prepare: () => Promise<void>;
  /**
   * Admits parked events up to a position, up to which the line has read. A kill may have come between the rows of a
   * chat: what has no row of its own is read again, and must be known before what was parked behind it is carried.
   */
  admit: (upTo: number) => void;
  pump: () => void;
  /** The entry waits in a row, with the next `flush`. */
  putAside: (entry: Entry) => void;
  flush: () => Promise<void>;
  /** Resolves when something has changed, or after a moment. */
  progress: () => Promise<void>;
  /** Begins nothing new; resolves once what is under way has ended, or after a moment. */
  rest: () => Promise<void>;
  close: () => Promise<void>;
  counts: () => Readonly<{ delivered: number; failed: number }>;
  /** Why nothing is delivered yet, or null. */
  failure: () => string | null;
}>;

const AT_ONCE = 16;
const REPLAY_AT_ONCE = 4;
/** Between two events of a replay, so that it does not crowd out what is new. */
const REPLAY_PACE_MS = 5;
const TICK_MS = 250;
const REST_MS = 3_000;
const POSTPONED_MS = 1_000;

export const createCourier = (deps: CourierDeps, context: LineContext): Courier => {
  const { spec, lanes, signal } = context;
  const { webhook, replay, name: line } = spec;
  const outcomes = createOutcomes(deps, context);
  const tasks = new Set<Promise<void>>();
  const atOnce = replay === null ? AT_ONCE : REPLAY_AT_ONCE;
  let aside: Entry[] = [];
  let rows: readonly Parked[] = [];
  let listeners: (() => void)[] = [];
  let trouble = 'not prepared yet';
  let target: Target | null = null;
  let isResting = false;
  let isGoingOn = false;
  let paced = 0;

  const now = (): number => deps.now().getTime();
  const notify = (): void => {
    const told = listeners;
    listeners = [];
    for (const listener of told) listener();
  };
  const eventAt = async (seq: number): Promise<Recorded<WildcatEvent> | null> => {
    const found = await deps.log.at(seq);
    if (found?.kind === 'undecodable') throw found.error;
    return found?.kind === 'event' ? found.event : null; // erased with its account
  };
  const carry = async (entry: Entry, to: Target): Promise<void> => {
    const event = entry.event ?? (await eventAt(entry.seq));
    // the filter may have been narrowed since it was parked
    if (event === null || !isDue(spec.filter, event)) return outcomes.done(entry);
    const deliveryId = deliveryIdOf(webhook.id, event.id);
    const { previous, failed } = entry;
    const posted = await deps.tell(
      { webhook, target: to, deliveryId, event, previous, attempt: failed + 1, replay },
      signal,
    );
    if (signal.aborted) return; // broken off: it is as if it had not been begun
    if (posted === null) return outcomes.done(entry);
    await outcomes.settle(entry, { deliveryId, event }, posted);
  };
  /** What one turn of the event loop has ended makes room together: many begun in a row take a sixth less time. */
  const goOn = (): void => {
    if (isGoingOn) return;
    isGoingOn = true;
    setImmediate(() => {
      isGoingOn = false;
      notify();
      pump();
    });
  };
  const begin = (entry: Entry, to: Target): void => {
    const end = (): void => {
      tasks.delete(task);
      goOn();
    };
    const task = carry(entry, to).then(end, (err: unknown) => {
      deps.logger.warn({ err, line, seq: entry.seq }, 'delivery was not attempted');
      lanes.postponed(entry, now() + POSTPONED_MS);
      end();
    });
    tasks.add(task);
  };
  const mayBegin = (): boolean =>
    !isResting &&
    !signal.aborted &&
    deps.isOurs() &&
    tasks.size < atOnce &&
    now() >= Math.max(paced, outcomes.holdUntil()) &&
    !outcomes.isFull();
  const pump = (): void => {
    while (target !== null && mayBegin()) {
      const entry = lanes.take(now());
      if (entry === null) return;
      begin(entry, target);
      if (replay === null) continue;
      paced = now() + REPLAY_PACE_MS;
      setTimeout(pump, REPLAY_PACE_MS).unref();
    }
  };
  const flush = async (): Promise<void> => {
    const entries = aside;
    aside = [];
    if (entries.length > 0) await outcomes.park(entries);
  };
  const ticking = setInterval(() => {
    pump();
    notify();
    outcomes.tick();
  }, TICK_MS).unref();

  return {
    prepare: async () => {
      const found = await deps.targets.find(webhook.targetRef);
      if (found === null) {
        trouble =
          'its URL and secret are not in this database (nor in any archive): delete it and register it anew';
        throw new Error(`webhook ${webhook.id}: ${trouble}`);
      }
      await outcomes.load();
      rows = await deps.deliveries.parked(line);
      target = found;
    },
    admit: (upTo) => {
      if (rows.length === 0) return;
      const count = rows.findIndex(({ seq }) => seq > upTo);
      const admitted = rows.slice(0, count < 0 ? rows.length : count);
      rows = rows.slice(admitted.length);
      for (const { line: _, notBefore, activeSince = webhook.activeSince, ...row } of admitted) {
        // who resumes a webhook knows that its receiver is well: nothing waits for what failed before that
        const due = activeSince === webhook.activeSince ? notBefore : 0;
        lanes.add({ ...row, event: null, parked: true }, due);
      }
    },
    pump,
    putAside: (entry) => void aside.push(entry),
    flush,
    progress: async () => {
      if (aside.length > 0) return flush();
      await new Promise<void>((resolve) => listeners.push(resolve));
    },
    rest: async () => {
      isResting = true;
      await Promise.race([Promise.all(tasks), sleep(REST_MS, undefined, { ref: false })]);
    },
    close: async () => {
      clearInterval(ticking);
      await Promise.all(tasks);
      notify();
      await outcomes.close();
    },
    counts: outcomes.counts,
    failure: () => (target === null ? trouble : null),
  };
};
