import type { FindCursor } from 'mongodb';
import { type Aged, byAge, NEWEST_FIRST } from './stored-messages.ts';

/** Where a page ends: time and position of its last message. */
export type Cursor = Aged;

/** Where messages are looked for: a chat, under each of its addresses, or (null) a whole account. Times in unix seconds. */
export type Place = Readonly<{
  account: string;
  addresses: readonly string[] | null;
  count: number;
  at?: number;
  firstAt?: number;
}>;

/** `before` and `after` are exclusive, in unix seconds. With a `cursor` it begins after the message that it names. */
export type Span = Readonly<{
  limit: number;
  offset: number;
  before?: number | undefined;
  after?: number | undefined;
  cursor?: Cursor | undefined;
}>;

type Times = Readonly<{
  timestamp: number | Readonly<{ $gt: number; $lt?: number }>;
  seq?: Readonly<{ $lt: number }>;
}>;
/** What one query asks for: a run of an index. */
export type Where = Times & Readonly<{ account: string; chat?: string }>;

/** How many a guess looks at beyond those that are wanted: chats are not even. */
const MARGIN = 150;
const withMargin = (wanted: number): number => wanted + 4 * Math.sqrt(wanted) + MARGIN;

/** When the message was written, if they are spread evenly, that `count` others before `upper` are newer than. */
const likelyTime = ({ at = 0, firstAt = 0, count }: Place, newer: number, upper: number): number =>
  Math.min(upper, at) - Math.ceil(((at - firstAt) * newer) / count);

/**
 * After when the newest `wanted` messages before `upper` should be found, if they are spread evenly; null where
 * that is not worth a guess. A bound spares a server that sorts by hand most of them.
 */
const likelyStart = (place: Place, wanted: number, upper: number): number | null => {
  const guessed = withMargin(wanted);
  if (place.count < 2 * guessed) return null;
  return Math.max((place.firstAt ?? 0) - 1, likelyTime(place, guessed, upper));
};

/** From this offset on it is cheaper to count what is skipped, of which an index knows enough. */
const DEEP = 100;
/** How many are tried to be counted away: nearly all, or (where the newest messages are dense) half of them. */
const countable = (offset: number): number[] => [offset - 2 * Math.sqrt(offset), offset / 2];

type Between = Pick<Span, 'before' | 'cursor'>;

/**
 * The times of a span after `after`, exclusively (`$gte` loses messages on one of the stand-ins). With a cursor they
 * are two: the rest of its own second, and what is older; for one query with an `$or` of both a stand-in reads all
 * there is.
 */
const timesOf = ({ before, cursor }: Between, after: number): Times[] => {
  if (cursor === undefined || (before !== undefined && before <= cursor.timestamp))
    return [{ timestamp: { $gt: after, ...(before === undefined ? {} : { $lt: before }) } }];
  if (cursor.timestamp <= after) return [];
  return [
    { timestamp: cursor.timestamp, seq: { $lt: cursor.seq } },
    { timestamp: { $gt: after, $lt: cursor.timestamp } },
  ];
};

/** How documents are asked for. */
export type Source<D> = Readonly<{
  find: (where: Where) => FindCursor<D>;
  count: (where: Where) => Promise<number>;
  /** They are spread like the place's messages, so that a guess at their times is worth it. */
  isEven: boolean;
}>;

/** One query per address and run of times. */
const runsOf = ({ account, addresses }: Place, span: Between, after: number): Where[] => {
  const places = addresses === null ? [{ account }] : addresses.map((chat) => ({ account, chat }));
  return timesOf(span, after).flatMap((times) => places.map((one) => ({ ...one, ...times })));
};

/** Exclusive. */
const upperOf = ({ before = Number.POSITIVE_INFINITY, cursor }: Span): number =>
  cursor === undefined ? before : Math.min(before, cursor.timestamp + 1);

const newestOf = async <D extends Aged>(
  { find }: Source<D>,
  runs: readonly Where[],
  { offset, limit }: Span,
): Promise<D[]> => {
  // what is skipped need not come here, unless it has to be merged first
  const [there, here] = runs.length === 1 ? [offset, 0] : [0, offset];
  const most = here + limit;
  const lists = await Promise.all(
    runs.map((where) => find(where).sort(NEWEST_FIRST).skip(there).limit(most).batchSize(most).toArray()),
  );
  const all = lists.flat().sort(byAge);
  return all.slice(here, here + limit);
};

/** How many documents of a span there are, whatever its limit and offset. */
export const countIn = async (
  count: (where: Where) => Promise<number>,
  place: Place,
  span: Between & Pick<Span, 'after'>,
): Promise<number> => {
  const counts = await Promise.all(runsOf(place, span, span.after ?? -1).map(count));
  return counts.reduce((sum, one) => sum + one, 0);
};

/** The same span with most of its offset counted away; null where it can't be. */
const counted = async <D>({ count }: Source<D>, place: Place, span: Span): Promise<Span | null> => {
  const { offset, after = -1 } = span;
  if (offset < DEEP || place.count <= offset) return null;
  const upper = upperOf(span);
  for (const newer of countable(offset)) {
    const time = likelyTime(place, newer, upper);
    if (time <= after || time + 1 >= upper) continue;
    // in two halves, since a server may use a core for each
    const half = Math.ceil((time + Math.min(upper, place.at ?? time)) / 2);
    const [newest, others] = await Promise.all([
      countIn(count, place, { ...span, after: half }),
      countIn(count, place, { ...span, before: half + 1, after: time }),
    ]);
    const rest = offset - newest - others;
    if (rest >= 0) return { ...span, before: time + 1, offset: rest };
  }
  return null;
};

/** The `limit` newest documents of a span of a place behind its `offset`, newest first. */
export const newestIn = async <D extends Aged>(source: Source<D>, place: Place, span: Span): Promise<D[]> => {
  const { offset, limit, after = -1 } = span;
  const nearer = source.isEven ? await counted(source, place, span) : null;
  if (nearer !== null) return newestIn(source, place, nearer);
  const start = source.isEven ? likelyStart(place, offset + limit, upperOf(span)) : null;
  if (start !== null && start > after) {
    const found = await newestOf(source, runsOf(place, span, start), span);
    if (found.length === limit) return found;
  }
  return newestOf(source, runsOf(place, span, after), span);
};
