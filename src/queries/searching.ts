import { currentContent, isSeen, type MessageDoc } from '../projections/message-doc.ts';
import { speaksOf } from '../projections/words.ts';
import type { Cursor, Place } from './newest.ts';
import { cursorAfter, type Page } from './pages.ts';
import { WITHOUT_RAW } from './stored-messages.ts';
import { createFindHits, type Hit } from './text-hits.ts';
import type { ReadViews } from './views.ts';

/** Messages, newest first, and where the next page begins; null at the end. */
export type Found = Readonly<{ docs: readonly MessageDoc[]; nextCursor: string | null }>;

type Search = (place: Place, page: Page, words: readonly string[]) => Promise<Found>;

type Find = Readonly<{ hit: Hit; doc: MessageDoc }>;

/** The messages of a place that now say these words or begin words with them. Earlier versions are no finds. */
export const createSearch = (read: ReadViews): Search => {
  const findHits = createFindHits(read);

  const saying = async (hits: readonly Hit[], words: readonly string[]): Promise<Find[]> => {
    const messages = await read('messages');
    const _id = { $in: hits.flatMap(({ ids }) => ids) };
    const docs = await messages.find({ _id }, { projection: WITHOUT_RAW }).toArray();
    const byId = new Map(docs.filter(isSeen).map((doc) => [doc._id, doc]));
    return hits.flatMap((hit) => {
      const doc = hit.ids.map((id) => byId.get(id)).find((one) => one !== undefined);
      return doc !== undefined && speaksOf(currentContent(doc), words) ? [{ hit, doc }] : [];
    });
  };

  return async (place, page, words) => {
    const wanted = page.limit + 1;
    const found: Find[] = [];
    for (let cursor: Cursor | undefined = page.cursor; ; ) {
      const hits = await findHits(place, { ...page, cursor }, words, wanted);
      found.push(...(await saying(hits, words)));
      cursor = hits.at(-1);
      if (found.length >= wanted || hits.length < wanted) break;
    }
    const shown = found.slice(0, page.limit);
    const nextCursor = found.length > shown.length ? cursorAfter(shown.map(({ hit }) => hit)) : null;
    return { docs: shown.map(({ doc }) => doc), nextCursor };
  };
};
