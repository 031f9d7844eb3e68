import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';

/** An event that is due to a webhook. `event` null: it is parked, the log gives it back when its turn comes. */
export type Entry = Readonly<{ seq: number; previous: number; at: number; lane: string; account: string }> & {
  failed: number;
  event: Recorded<WildcatEvent> | null;
  parked: boolean;
};

type Lane = { entries: Entry[]; notBefore: number };

/** What is due to a webhook, by lanes: within one, one at a time and in log order; between them, first come first served. */
export type Lanes = Readonly<{
  /** Puts an entry into its lane, by its position; `notBefore` (unix ms) where it heads one that waits. */
  add: (entry: Entry, notBefore?: number) => void;
  has: (seq: number) => boolean;
  /** Of the lanes that an entry may go into the first in which something is due, else the first. */
  choose: (...lanes: readonly [string, ...string[]]) => string;
  /** Whether what comes into this lane has to wait for an attempt that is not due yet. */
  isWaiting: (lane: string) => boolean;
  /** The next entry whose lane is free; it is busy until one of the next three. Null where nothing is due. */
  take: (now: number) => Entry | null;
  done: (entry: Entry) => void;
  /** One more attempt has failed. Gives what of its lane is in memory only; the lane stays busy until `postponed`. */
  failed: (entry: Entry) => readonly Entry[];
  /** Its lane waits until then (unix ms). */
  postponed: (entry: Entry, notBefore: number) => void;
  /** These are kept elsewhere by now. Gives those that are done meanwhile. */
  parked: (entries: readonly Entry[]) => readonly Entry[];
  /** The oldest that is in memory only: the position stays before it. */
  oldest: () => Entry | null;
  /** When the oldest that is due at all was logged (unix ms). */
  oldestAt: () => number | null;
  counts: () => Readonly<{ held: number; parked: number }>;
}>;

const insert = (entries: Entry[], entry: Entry): void => {
  let index = entries.length;
  while (index > 0 && (entries[index - 1]?.seq ?? 0) > entry.seq) index--;
  entries.splice(index, 0, entry);
};

export const createLanes = (): Lanes => {
  const lanes = new Map<string, Lane>();
  const held = new Map<number, Entry>();
  const kept = new Map<number, Entry>();
  const waiting = new Set<string>();
  let ready: string[] = [];
  let next = 0;
  let nextWake = Number.POSITIVE_INFINITY;

  const offer = (name: string): void => void ready.push(name);
  const wait = (name: string, notBefore: number): void => {
    waiting.add(name);
    nextWake = Math.min(nextWake, notBefore);
  };
  const release = (name: string, notBefore: number): void => {
    const lane = lanes.get(name);
    if (lane === undefined) return;
    lane.notBefore = notBefore;
    if (notBefore > 0) wait(name, notBefore);
    else if (lane.entries.length > 0) offer(name);
    else lanes.delete(name);
  };
  const wake = (now: number): void => {
    nextWake = Number.POSITIVE_INFINITY;
    for (const name of waiting) {
      const lane = lanes.get(name);
      if (lane !== undefined && lane.notBefore > now) {
        nextWake = Math.min(nextWake, lane.notBefore);
        continue;
      }
      waiting.delete(name);
      if (lane !== undefined) offer(name);
    }
  };
  const takeReady = (): string | undefined => {
    const name = ready[next];
    if (name !== undefined) next++;
    if (next > 1_000 && next * 2 > ready.length) {
      ready = ready.slice(next);
      next = 0;
    }
    return name;
  };

  return {
    add: (entry, notBefore = 0) => {
      (entry.parked ? kept : held).set(entry.seq, entry);
      const lane = lanes.get(entry.lane);
      if (lane === undefined) {
        lanes.set(entry.lane, { entries: [entry], notBefore });
        if (notBefore > 0) wait(entry.lane, notBefore);
        else offer(entry.lane);
      } else insert(lane.entries, entry);
    },
    has: (seq) => held.has(seq) || kept.has(seq),
    choose: (...names) => names.find((name) => lanes.has(name)) ?? names[0],
    isWaiting: (name) => (lanes.get(name)?.notBefore ?? 0) > 0,
    take: (now) => {
      if (now >= nextWake) wake(now);
      // a lane whose head was taken is not offered again before one of the next three
      return lanes.get(takeReady() ?? '')?.entries[0] ?? null;
    },
    done: (entry) => {
      const lane = lanes.get(entry.lane);
      // the head, but for one that was admitted before it meanwhile: a chat may have thousands behind it
      const index = lane?.entries.indexOf(entry) ?? -1;
      if (index === 0) lane?.entries.shift();
      else if (index > 0) lane?.entries.splice(index, 1);
      held.delete(entry.seq);
      kept.delete(entry.seq);
      release(entry.lane, 0);
    },
    failed: (entry) => {
      entry.failed += 1;
      const lane = lanes.get(entry.lane);
      if (lane !== undefined) lane.notBefore = Number.POSITIVE_INFINITY;
      return lane?.entries.filter(({ parked }) => !parked) ?? [];
    },
    postponed: (entry, notBefore) => release(entry.lane, notBefore),
    parked: (entries) =>
      entries.filter((entry) => {
        if (!held.delete(entry.seq)) return !kept.has(entry.seq);
        entry.parked = true;
        entry.event = null;
        kept.set(entry.seq, entry);
        return false;
      }),
    oldest: () => held.values().next().value ?? null,
    oldestAt: () => {
      const firsts = [held.values().next().value, kept.values().next().value].flatMap((one) => one?.at ?? []);
      return firsts.length === 0 ? null : Math.min(...firsts);
    },
    counts: () => ({ held: held.size, parked: kept.size }),
  };
};
