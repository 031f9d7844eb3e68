import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import type { Stored } from '../ports/view-store.ts';
import { isLate, type LifeDoc, lifeAfter } from './lives.ts';
import {
  type Arrival,
  aboutIds,
  isArrival,
  isFromMe,
  isOwnRemark,
  isRemark,
  saidBy,
} from './message-fold.ts';
import { isNotice, type NoticeEvent } from './notices.ts';
import type { Change, Docs, Projection, Ref } from './projection.ts';
import { isEntitled, targetIds } from './remarks.ts';
import { wordsOfContent } from './words.ts';

type Words = Readonly<{ words: readonly string[] }>;

/**
 * The words of a message, those of all its versions: which of them it says now, the message itself tells. `ids` are
 * those that it may have in the messages view.
 */
export type TextDoc = Stored &
  Words &
  Readonly<{
    ids: readonly string[];
    account: string;
    /** Key of the chat under the address it came by. */
    chat: string;
    type: Content['type'];
    fromMe: boolean;
    /** unix seconds */
    timestamp: number;
    seq: number;
  }>;

/** Words of an edit whose message has not been seen: no query finds it, the message takes them over when it comes. */
type ShadowDoc = Stored & Words;

export type Texts = { texts: TextDoc | ShadowDoc; textLives: LifeDoc };
type Changes = readonly Change<Texts>[];

/** What a message may bring into the index: nobody searches for the ten thousandth word of a novel. */
const MOST_WORDS = 1_000;

const isSeen = (doc: TextDoc | ShadowDoc): doc is TextDoc => 'account' in doc;

const withWords = <D extends Words>(doc: D, more: readonly string[]): D => {
  const words = [...new Set([...doc.words, ...more])].slice(0, MOST_WORDS);
  return words.length === doc.words.length ? doc : { ...doc, words };
};

const known = (docs: Docs<Texts>, ids: readonly string[]): TextDoc | ShadowDoc | null => {
  const found = ids.map((id) => docs('texts', id)).filter((doc) => doc !== null);
  return found.find(isSeen) ?? found[0] ?? null;
};

const changed = (doc: TextDoc | ShadowDoc, before: TextDoc | ShadowDoc | null): Changes =>
  doc === before ? [] : [{ collection: 'texts', doc }];

type Readable = Exclude<Arrival, NoticeEvent | { type: 'message.undecryptable' }>;

/** A message that can be read: the placeholder of one that can't has no words, and becomes one when it can. */
const isReadable = (event: Recorded<WildcatEvent>): event is Readable =>
  isArrival(event) && !isNotice(event) && event.type !== 'message.undecryptable';

const arrive = (docs: Docs<Texts>, event: Readable): Changes => {
  const { account, seq, data } = event;
  const ids = aboutIds(event);
  const before = known(docs, ids);
  const words = wordsOfContent(data.content);
  if (before !== null && isSeen(before)) return changed(withWords(before, words), before);
  const shadow: ShadowDoc = before ?? { _id: ids[0] ?? '', words: [] };
  const { chat, timestamp, content } = data;
  const about = { account, chat: keyOf(chat.jid), type: content.type, fromMe: isFromMe(event) };
  // its own words first: they are not to be crowded out
  const own = { ...shadow, words: words.slice(0, MOST_WORDS) };
  return changed({ ...withWords(own, shadow.words), ids, ...about, timestamp, seq }, before);
};

/** Ids of the message that an edit is of, and what it makes of it; null for anything else, and for strangers' edits. */
const editBy = (event: Recorded<WildcatEvent>): Readonly<{ ids: string[]; content: Content }> | null => {
  if (!isOwnRemark(event) && !isRemark(event)) return null;
  const said = saidBy(event);
  return said.kind === 'edit' && said.content !== undefined && isEntitled(said)
    ? { ids: targetIds(said), content: said.content }
    : null;
};

const touches = (event: Recorded<WildcatEvent>): Ref<Texts>[] => {
  const ids = isReadable(event) ? aboutIds(event) : (editBy(event)?.ids ?? []);
  if (ids.length === 0 && lifeAfter(event) === null) return [];
  const texts = ids.map((id) => ({ collection: 'texts' as const, id }));
  return [{ collection: 'textLives', id: event.account }, ...texts];
};

const evolve = (docs: Docs<Texts>, event: Recorded<WildcatEvent>): Changes => {
  if (touches(event).length === 0 || isLate(docs('textLives', event.account), event)) return [];
  const life = lifeAfter(event);
  if (life !== null) return [{ collection: 'textLives', doc: life }];
  if (isReadable(event)) return arrive(docs, event);
  const edit = editBy(event);
  if (edit === null) return [];
  const before = known(docs, edit.ids);
  const doc = before ?? { _id: edit.ids[0] ?? '', words: [] };
  return changed(withWords(doc, wordsOfContent(edit.content)), before);
};

/**
 * Which messages hold which words, for searching. It goes by itself: however long its documents take, the other views
 * and those who wait for them do not wait for it.
 */
export const textsProjection: Projection<Texts> = {
  name: 'texts',
  version: 2,
  isApart: true,
  aggregates: ['account', 'message'],
  collections: {
    texts: [
      // an entry for each word: with a second index of words this view would take twice as long to build
      { account: 1, words: 1, timestamp: -1, seq: -1, chat: 1 },
      // a chat of few messages, beside whose words the whole account's are many
      { account: 1, chat: 1, timestamp: -1, seq: -1 },
    ],
    textLives: [],
  },
  touches,
  evolve,
  sweeps: (event) =>
    event.type === 'account.deleted' ? [{ collection: 'texts', idPrefix: `${event.account}/` }] : [],
};
