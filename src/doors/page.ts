import { unreadable } from '../errors.ts';
import { type EventFilter, matches, subjectsOf } from '../events/filter.ts';
import type { EventLog } from '../ports/event-log.ts';
import { type Entry, entryOf, sizeOf } from './entries.ts';

/** How much a page holds at most: events, and characters of JSON. One event always has room. */
export type PageSize = Readonly<{ events: number; chars: number }>;

/** `end`: nothing that the filter lets through lies between the last entry and this position. */
export type Page = Readonly<{ entries: readonly Entry[]; end: number }>;

type Gathering = Readonly<{
  /** Takes an entry if the filter lets it through. False once the page ends. */
  take: (entry: Entry) => boolean;
  /** `reached`: how far was looked, if the page was not full before. */
  done: (reached: number) => Page;
}>;

/** Gathers a page. An event that can't be read ends it; where it is the first, `take` throws `unavailable`. */
export const gatherPage = (filter: EventFilter, size: PageSize): Gathering => {
  const entries: Entry[] = [];
  let chars = 0;
  let full = false;
  return {
    take: (entry) => {
      if (!matches(filter, entry)) return true;
      if (entry.text === null && entries.length === 0) throw unreadable(entry.seq);
      if (entry.text !== null) entries.push(entry);
      chars += sizeOf(entry);
      full = entry.text === null || entries.length >= size.events || chars >= size.chars;
      return !full;
    },
    done: (reached) => {
      const last = entries.at(-1)?.seq ?? 0;
      return { entries, end: full ? last : Math.max(reached, last) };
    },
  };
};

/**
 * What the log holds of a filter after a position, by a consumer that is gone with the page: a reader that takes its
 * time keeps nothing open. `upTo`: a position that the log has reached.
 */
export const readPage = async (
  log: Pick<EventLog, 'read'>,
  filter: EventFilter,
  { after, upTo }: Readonly<{ after: number; upTo: number }>,
  size: PageSize,
): Promise<Page> => {
  const page = gatherPage(filter, size);
  const stretch = { subjects: subjectsOf(filter), after };
  for await (const batch of log.read(stretch, { max: size.events, window: size.events })) {
    // one by one: what does not fit any more need not be written as JSON
    for (const logged of batch) {
      const entry = entryOf(logged);
      if (entry !== null && !page.take(entry)) return page.done(entry.seq);
    }
  }
  return page.done(Math.max(upTo, after));
};
