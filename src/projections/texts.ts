import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { keyOf } from '../events/ids.ts';
import type { Content } from '../events/messages.ts';
import type { Stored } from '../ports/view-store.ts';
import { atDeletion, isLate, type LifeDoc, lifeAfter } from './lives.ts';
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
    /** `words` with a space before each: a string is read in a fraction of the time of an array. */
    said: string;
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

/** A word that messages of an account have or had: what a word's beginning may mean. */
type WordDoc = Stored & Readonly<{ account: string; word: string }>;

export type Texts = { texts: TextDoc | ShadowDoc; vocabulary: WordDoc; textLives: LifeDoc };
type Changes = readonly Change<Texts>[];

/** What a message may bring into the index: nobody searches for the ten thousandth word of a novel. */
const MOST_WORDS = 1_000;

const saidIn = (words: readonly string[]): string => words.map((word) => ` ${word}`).join('');

/** As the fold makes it: what is `said` follows from its words. */
type Unsaid = Omit<TextDoc, 'said'>;

const isSeen = <D extends Unsaid>(doc: D | ShadowDoc): doc is D => 'account' in doc;

const withWords = <D extends Words>(doc: D, more: readonly string[]): D => {
  const words = [...new Set([...doc.words, ...more])].slice(0, MOST_WORDS);
  return words.length === doc.words.length ? doc : { ...doc, words };
};

const known = (docs: Docs<Texts>, ids: readonly string[]): TextDoc | ShadowDoc | null => {
  const found = ids.map((id) => docs('texts', id)).filter((doc) => doc !== null);
  return found.find(isSeen) ?? found[0] ?? null;
};

const changed = (doc: Unsaid | ShadowDoc, before: TextDoc | ShadowDoc | null): Changes => {
  if (doc === before) return [];
  return [{ collection: 'texts', doc: isSeen(doc) ? { ...doc, said: saidIn(doc.words) } : doc }];
};

type Readable = Exclude<Arrival, NoticeEvent | { type: 'message.undecryptable' }>;

/** A message that can be read: the placeholder of one that can't has no words, and becomes one when it can. */
const isReadable = (event: Recorded<WildcatEvent>): event is Readable =>
  isArrival(event) && !isNotice(event) && event.type !== 'message.undecryptable';

type Saying = Readonly<{ ids: readonly string[]; words: string[] }>;

const arrive = (before: TextDoc | ShadowDoc | null, event: Readable, { ids, words }: Saying): Changes => {
  const { account, seq, data } = event;
  if (before !== null && isSeen(before)) return changed(withWords(before, words), before);
  const shadow: ShadowDoc = before ?? { _id: ids[0] ?? '', words: [] };
  const { chat, timestamp, content } = data;
  const about = { account, chat: keyOf(chat.jid), type: content.type, fromMe: isFromMe(event) };
  // its own words first: they are not to be crowded out
  const own = { ...shadow, words };
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

/** What an event says of a message; null where it says nothing that can be searched for. */
const sayingOf = (event: Recorded<WildcatEvent>): Saying | null => {
  if (isReadable(event))
    return { ids: aboutIds(event), words: wordsOfContent(event.data.content).slice(0, MOST_WORDS) };
  const edit = editBy(event);
  return edit && { ids: edit.ids, words: wordsOfContent(edit.content).slice(0, MOST_WORDS) };
};

const wordId = (account: string, word: string): string => `${account}/${word}`;

const touches = (event: Recorded<WildcatEvent>): Ref<Texts>[] => {
  const saying = sayingOf(event);
  if (saying === null && lifeAfter(event) === null) return [];
  const { ids = [], words = [] } = saying ?? {};
  return [
    { collection: 'textLives', id: event.account },
    ...ids.map((id) => ({ collection: 'texts' as const, id })),
    ...words.map((word) => ({ collection: 'vocabulary' as const, id: wordId(event.account, word) })),
  ];
};

/** Words that the account has not had before. */
const learn = (docs: Docs<Texts>, account: string, words: readonly string[]): Changes =>
  words
    .map((word) => ({ _id: wordId(account, word), account, word }))
    .filter(({ _id }) => docs('vocabulary', _id) === null)
    .map((doc) => ({ collection: 'vocabulary', doc }));

const evolve = (docs: Docs<Texts>, event: Recorded<WildcatEvent>): Changes => {
  const life = lifeAfter(event);
  const saying = sayingOf(event);
  if (life === null && saying === null) return [];
  if (isLate(docs('textLives', event.account), event)) return [];
  if (saying === null) return life === null ? [] : [{ collection: 'textLives', doc: life }];
  const { ids, words } = saying;
  const learnt = learn(docs, event.account, words);
  const before = known(docs, ids);
  if (isReadable(event)) return [...learnt, ...arrive(before, event, saying)];
  const doc = before ?? { _id: ids[0] ?? '', words: [] };
  return [...learnt, ...changed(withWords(doc, words), before)];
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
      // an entry for each word, so as small as can be: it is what takes the time of this view
      { account: 1, words: 1 },
      { account: 1, timestamp: -1, seq: -1 },
      { account: 1, chat: 1, timestamp: -1, seq: -1 },
    ],
    vocabulary: [{ account: 1, word: 1 }],
    textLives: [],
  },
  touches,
  evolve,
  sweeps: atDeletion('texts', 'vocabulary'),
};
