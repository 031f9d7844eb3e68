import type { Filter } from 'mongodb';
import type { TextDoc, Texts } from '../projections/texts.ts';
import { likelyStart, type Page, type Place, pastCursor, upperOf } from './pages.ts';
import { byAge, NEWEST_FIRST } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** A message that has the words in one of its versions. `ids`: those that the messages view may have it under. */
export type Hit = Pick<TextDoc, 'ids' | 'timestamp' | 'seq'>;

type Doc = Texts['texts'];

const FIELDS = { _id: 0, ids: 1, timestamp: 1, seq: 1 } as const;
/** So many are rather read and sorted here than looked for step by step. */
const FEW = 400;
const STEP = 8;
/** Words that the database is asked for. */
const MOST_WORDS = 8;

/** A word begins so. The range is one that an index can walk; U+FFFF is in no word. */
const begins = (beginning: string): Filter<Doc> => ({
  words: { $elemMatch: { $gte: beginning, $lt: `${beginning}\uffff` } },
});

/** Long words are the rarest: the first one is likely to lead through the index. */
const longest = (words: readonly string[]): string[] =>
  [...words].sort((one, other) => other.length - one.length).slice(0, MOST_WORDS);

const filterOf = ({ account, addresses }: Place, page: Page, words: readonly string[]): Filter<Doc> => ({
  account,
  ...(addresses === null ? {} : { chat: { $in: [...addresses] } }),
  $and: longest(words).map(begins),
  ...(page.type === undefined ? {} : { type: page.type }),
  ...(page.fromMe === undefined ? {} : { fromMe: page.fromMe }),
  ...pastCursor(page.cursor),
});

export type FindHits = (
  place: Place,
  page: Page,
  words: readonly string[],
  wanted: number,
) => Promise<readonly Hit[]>;

/**
 * The newest `wanted` hits of a page (of many words: those with the longest). Where only the beginning of a word is
 * known, the index is not in the order of time; so that few documents are read however large the place is, a common
 * word is looked for in the most recent part and on from there in growing steps, a rare one all at once.
 */
export const createFindHits =
  (read: ReadViews): FindHits =>
  async (place, page, words, wanted) => {
    const texts = await read('texts');
    const filter = filterOf(place, page, words);
    const between = (from: number, to: number | undefined) => {
      const timestamp = { $gte: from, ...(to === undefined ? {} : { $lt: to }) };
      return texts.find<Hit>({ ...filter, timestamp }, { projection: FIELDS });
    };
    const newest = (from: number, to: number | undefined, count: number): Promise<Hit[]> =>
      between(from, to).sort(NEWEST_FIRST).limit(count).toArray();

    const lowest = page.after === undefined ? 0 : page.after + 1;
    const upper = upperOf(page);
    const start = Math.max(lowest, likelyStart(place, wanted, upper) ?? lowest);
    const hits = await newest(start, upper, wanted);
    if (hits.length === wanted || start === lowest) return hits;

    const rest = await between(lowest, start).limit(FEW).toArray();
    if (rest.length < FEW) return [...hits, ...rest.sort(byAge)].slice(0, wanted);

    let to = start;
    let span = Math.max(1, Math.min(upper ?? Number.MAX_SAFE_INTEGER, place.at ?? start) - start);
    while (hits.length < wanted && to > lowest) {
      span *= STEP;
      const from = Math.max(lowest, to - span);
      hits.push(...(await newest(from, to, wanted - hits.length)));
      to = from;
    }
    return hits;
  };
