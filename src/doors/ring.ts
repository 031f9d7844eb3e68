import { type EventFilter, matches } from '../events/filter.ts';
import { type Entry, sizeOf } from './entries.ts';
import { gatherPage, type Page, type PageSize } from './page.ts';

/** The newest entries of the log, as many as the limits allow. */
export type Ring = Readonly<{
  /** Adds what was read up to position `end`. */
  add: (entries: readonly Entry[], end: number) => void;
  /** Up to where it knows the log. */
  end: () => number;
  /** Whether it has all that came after a position. */
  reaches: (after: number) => boolean;
  page: (filter: EventFilter, after: number, size: PageSize) => Page;
  /** The last entry at or before a position that the filter lets through, as far as it remembers. */
  lastAt: (filter: EventFilter, position: number) => number | null;
}>;

/** Index of the first entry after a position. */
const indexAfter = (entries: readonly Entry[], after: number): number => {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
};

/** An empty ring that knows the log from `floor` on. */
export const createRing = (floor: number, limits: PageSize): Ring => {
  let entries: Entry[] = [];
  let chars = 0;
  let start = floor;
  let end = floor;

  /** Drops at least a quarter at once, so that the cost of moving the rest is spread. */
  const trim = (): void => {
    let drop = Math.floor(entries.length / 4);
    for (const entry of entries.slice(0, drop)) chars -= sizeOf(entry);
    for (; chars > limits.chars && drop < entries.length; drop++) chars -= sizeOf(entries[drop] as Entry);
    start = entries[drop - 1]?.seq ?? start;
    entries = entries.slice(drop);
  };

  /** What was erased with its account is not handed out from here, either (eraser.ts). */
  const forget = (owner: string): void => {
    const ended = entries.findLast(({ account, type }) => account === owner && type === 'account.deleted');
    const before = ended?.seq ?? 0;
    // an erasure that is repeated in the next life takes nothing of that
    const isReborn = entries.some(
      ({ account, type, seq }) => account === owner && type === 'account.created' && seq > before,
    );
    const isLeft = ({ account, type, seq }: Entry): boolean =>
      account !== owner || (seq >= before && (isReborn || type.startsWith('account.')));
    entries = entries.filter(isLeft);
    chars = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  };

  return {
    add: (added, upTo) => {
      for (const entry of added) {
        if (entry.type === 'account.erased') forget(entry.account);
        entries.push(entry);
        chars += sizeOf(entry);
        if (entries.length > limits.events || chars > limits.chars) trim();
      }
      end = upTo;
    },
    end: () => end,
    reaches: (after) => after >= start,
    page: (filter, after, size) => {
      const page = gatherPage(filter, size);
      let index = indexAfter(entries, after);
      for (let entry = entries[index]; entry !== undefined; entry = entries[++index])
        if (!page.take(entry)) break;
      return page.done(Math.max(end, after));
    },
    lastAt: (filter, position) => {
      const before = entries.slice(0, indexAfter(entries, position));
      return before.findLast((entry) => matches(filter, entry))?.seq ?? null;
    },
  };
};
