import type { Collection } from 'mongodb';
import type { TextDoc, Texts } from '../projections/texts.ts';
import { newestIn, type Place, type Source } from './newest.ts';
import type { Page } from './pages.ts';
import { byAge } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** A message that has the words in one of its versions. `ids`: those that the messages view may have it under. */
export type Hit = Pick<TextDoc, 'ids' | 'timestamp' | 'seq'>;

type Read = Hit & Pick<TextDoc, 'said'> & Partial<Pick<TextDoc, 'chat' | 'type' | 'fromMe'>>;

/** What is read of a message: no more than the page asks for, since it may be of thousands. */
const fieldsFor = ({ addresses }: Place, { type, fromMe }: Page) => ({
  ...{ _id: 0, ids: 1, timestamp: 1, seq: 1, said: 1 },
  ...(addresses === null ? {} : { chat: 1 }),
  ...(type === undefined ? {} : { type: 1 }),
  ...(fromMe === undefined ? {} : { fromMe: 1 }),
});

/** Words that may begin so before the index of words is no help. */
const MOST_MEANT = 100;
/** Messages that may have a word before the same is true. */
const FEW = 2_000;
/** Messages that are looked through at first, and at most in one step. */
const CHUNK = 100;
const LARGEST_CHUNK = 3_200;
/** With fewer hits than this among the first ones the words are rare. */
const SCARCE = 2;
/** Words that the database is asked for. */
const MOST_WORDS = 8;

/** Long words are the rarest. */
const longest = (words: readonly string[]): string[] =>
  [...words].sort((one, other) => other.length - one.length).slice(0, MOST_WORDS);

/** Whether a message is one that a page of a search shows. */
const fits = ({ addresses }: Place, page: Page, words: readonly string[]) => {
  const { before = Number.POSITIVE_INFINITY, after = Number.NEGATIVE_INFINITY, cursor } = page;
  return (doc: Read): boolean =>
    (addresses === null || addresses.includes(doc.chat ?? '')) &&
    (page.type === undefined || doc.type === page.type) &&
    (page.fromMe === undefined || doc.fromMe === page.fromMe) &&
    doc.timestamp < before &&
    doc.timestamp > after &&
    (cursor === undefined || byAge(cursor, doc) < 0) &&
    words.every((begin) => doc.said.includes(` ${begin}`));
};

type FindHits = (
  place: Place,
  page: Page,
  words: readonly string[],
  wanted: number,
) => Promise<readonly Hit[]>;

/**
 * The newest `wanted` hits of a page. The newest messages are read and looked through, which is all that common words
 * need; where the words prove rare among them, those of the rarest one are read through the index of words and sorted
 * here. So neither way reads many, however large the place is.
 */
export const createFindHits = (read: ReadViews): FindHits => {
  /** For each of these beginnings the words that begin so; null where those are too many. No word holds U+10FFFF, the last of all. */
  const meantBy = async (account: string, beginnings: readonly string[]) => {
    const vocabulary = await read('vocabulary');
    return Promise.all(
      beginnings.map(async (begin) => {
        const found = await vocabulary
          .find(
            { account, word: { $gte: begin, $lt: `${begin}\u{10ffff}` } },
            { projection: { _id: 0, word: 1 } },
          )
          .limit(MOST_MEANT + 1)
          .toArray();
        return found.length > MOST_MEANT ? null : found.map(({ word }) => word);
      }),
    );
  };
  /** All messages that have one of the words meant by one of the beginnings; null where those are too many for each. */
  const rarely = async (
    texts: Collection<Texts['texts']>,
    account: string,
    meant: readonly (readonly string[] | null)[],
    projection: ReturnType<typeof fieldsFor>,
  ) => {
    for (const words of meant) {
      if (words === null) continue;
      const found = await texts
        .find<Read>({ account, words: { $in: [...words] } }, { projection })
        .limit(FEW + 1)
        .batchSize(FEW + 1)
        .toArray();
      if (found.length <= FEW) return found;
    }
    return null;
  };

  return async (place, page, words, wanted) => {
    const { account } = place;
    const isHit = fits(place, page, words);
    const meant = await meantBy(account, longest(words));
    if (meant.some((some) => some?.length === 0)) return [];
    const texts = await read('texts');
    const projection = fieldsFor(place, page);
    const source: Source<Read> = {
      find: (where) => texts.find<Read>(where, { projection }),
      count: (where) => texts.countDocuments(where),
      isEven: true,
    };
    const hits: Read[] = [];
    const { before, after } = page;
    let { cursor } = page;
    for (let limit = CHUNK; hits.length < wanted; limit = Math.min(2 * limit, LARGEST_CHUNK)) {
      const docs = await newestIn(source, place, { limit, offset: 0, before, after, cursor });
      hits.push(...docs.filter(isHit));
      if (docs.length < limit) break;
      if (limit === CHUNK && hits.length < SCARCE) {
        const all = await rarely(texts, account, meant, projection);
        if (all !== null) return all.filter(isHit).sort(byAge).slice(0, wanted);
      }
      cursor = docs.at(-1);
    }
    return hits.slice(0, wanted);
  };
};
