import { type EventFilter, matches, subjectsOf } from '../events/filter.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import { chain, type Delivered, entryOf } from './entries.ts';
import { type Page, type PageSize, readPage } from './page.ts';
import { createPlaces, type Place, type Places, type Way } from './places.ts';
import { insistOnLog, insistOnRest, oldestFor } from './standing.ts';
import { createTail, type Held, type Tail } from './tail.ts';

/** `after`: a position of the log, 0 for its beginning; `now` for its end. */
export type Asked = Readonly<{ filter: EventFilter; after: number | 'now' }>;

/** `next`: the position to go on from. `head`: where the log ends. */
type Pulled = Readonly<{ events: readonly Delivered[]; next: number; head: number }>;

/**
 * The ways out of the log for consumers. They throw `gone` where a position lies before what the log still holds,
 * `invalid` where it lies beyond its end, `throttled` where too many wait, and `unavailable`.
 */
export type Doors = Readonly<{
  /** A page of events; where there are none yet, it waits `waitMs` for the first. */
  pull: (asked: Asked & Readonly<{ limit: number; waitMs: number }>, gone: AbortSignal) => Promise<Pulled>;
  /** Everything from a position on, for ever; a consumer that takes its time is waited for. */
  watch: (
    way: Exclude<Way, 'poll'>,
    asked: Asked,
    gone: AbortSignal,
  ) => Promise<AsyncGenerator<readonly Delivered[], void>>;
  open: Places['taken'];
  /** Ends all that wait, in order: nothing is cut in the middle of an event. */
  close: () => Promise<void>;
}>;

type Deps = Readonly<{
  log: Pick<EventLog, 'follow' | 'read' | 'state' | 'lastBefore'>;
  logger: Logger;
  /** How many consumers may wait at once. */
  max?: number;
  tail?: Tail;
}>;

const MAX_PLACES = 1_000;
const CLOSE_MS = 5_000;
/** What one consumer has under way at most. */
const BATCH: PageSize = { events: 100, chars: 524_288 };
const PULL_CHARS = 4_194_304;

/** Where a consumer begins. `floor`: how far the log was erased already, so that it missed nothing under way. */
type Start = Readonly<{ at: number; floor: number }>;

export const createDoors = ({ log, logger, max = MAX_PLACES, ...given }: Deps): Doors => {
  const tail = given.tail ?? createTail(log, logger);
  const places = createPlaces(max);

  const start = async ({ ring }: Held, { filter, after }: Asked): Promise<Start> => {
    if (after === 'now') return { at: ring.end(), floor: 0 };
    if (ring.reaches(after) && after <= ring.end()) return { at: after, floor: 0 };
    const state = await log.state();
    const floor = oldestFor(state, filter);
    insistOnLog(after, state);
    insistOnRest(after, floor);
    return { at: after, floor };
  };
  const pageAfter = async (
    { ring }: Held,
    filter: EventFilter,
    { at, floor }: Start,
    size: PageSize,
  ): Promise<Page> => {
    if (ring.reaches(at)) return ring.page(filter, at, size);
    // its end is what was known before it: what comes in meanwhile belongs to the next one
    const page = await readPage(log, filter, { after: at, upTo: ring.end() }, size);
    // asked after it: what was purged meanwhile is missing from it
    const oldest = oldestFor(await log.state(), filter);
    if (oldest > floor) insistOnRest(at, oldest);
    return page;
  };
  /** Position of the last event at or before one, under the filter. */
  const previousOf = async ({ ring }: Held, filter: EventFilter, at: number): Promise<number> => {
    const known = at === 0 ? 0 : ring.lastAt(filter, at);
    if (known !== null) return known;
    return log.lastBefore({ subjects: subjectsOf(filter), before: at + 1 }, (logged) => {
      const entry = entryOf(logged);
      return entry !== null && matches(filter, entry);
    });
  };

  /** Takes a place and holds the tail, until the place is left. */
  const enter = async (way: Way, gone: AbortSignal): Promise<{ place: Place; held: Held }> => {
    const place = places.take(way, gone);
    try {
      const held = await tail.hold();
      if (place.signal.aborted) held.release();
      else place.onLeave(held.release);
      return { place, held };
    } catch (error) {
      place.leave();
      throw error;
    }
  };

  const pull: Doors['pull'] = async ({ filter, after, limit, waitMs }, gone) => {
    const { place, held } = await enter('poll', gone);
    // the place is its own until it has its page: the wait alone is limited
    const wait = new AbortController();
    const over = AbortSignal.any([place.signal, wait.signal]);
    const timer = setTimeout(() => wait.abort(), waitMs);
    try {
      const asked = await start(held, { filter, after });
      const size = { events: limit, chars: PULL_CHARS };
      let page = await pageAfter(held, filter, asked, size);
      while (page.entries.length === 0 && waitMs > 0 && !over.aborted) {
        await held.news(page.end, over);
        page = await pageAfter(held, filter, { ...asked, at: page.end }, size);
      }
      const previous = page.entries.length === 0 ? 0 : await previousOf(held, filter, asked.at);
      return {
        events: chain(page.entries, previous),
        next: page.end,
        head: Math.max(held.ring.end(), page.end),
      };
    } finally {
      clearTimeout(timer);
      place.leave();
    }
  };

  async function* batches(held: Held, place: Place, filter: EventFilter, { at: from, floor }: Start) {
    let at = from;
    let previous: number | null = null;
    try {
      while (!place.signal.aborted) {
        const page = await pageAfter(held, filter, { at, floor }, BATCH);
        if (page.entries.length > 0) {
          previous ??= await previousOf(held, filter, from);
          yield chain(page.entries, previous);
          previous = page.entries.at(-1)?.seq ?? previous;
        } else if (page.end >= held.ring.end()) await held.news(page.end, place.signal);
        at = page.end;
      }
    } finally {
      place.leave();
    }
  }

  return {
    pull,
    watch: async (way, asked, gone) => {
      const { place, held } = await enter(way, gone);
      try {
        return batches(held, place, asked.filter, await start(held, asked));
      } catch (error) {
        place.leave();
        throw error;
      }
    },
    open: places.taken,
    close: async () => {
      await places.close(CLOSE_MS);
      tail.stop();
    },
  };
};
