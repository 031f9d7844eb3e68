import { WildcatError } from '../errors.ts';
import type { ChatRange, Range } from '../http/reads.ts';
import { wordsOf } from '../projections/words.ts';
import { type ChatPage, parseChatCursor } from '../queries/chat-pages.ts';
import type { Asked } from '../queries/messages.ts';
import { parseCursor } from '../queries/pages.ts';

/** Throws `invalid` for a cursor that is none. */
const cursorOf = <Cursor>(
  text: string | undefined,
  parseText: (text: string) => Cursor | null,
): Cursor | undefined => {
  const cursor = text === undefined ? undefined : parseText(text);
  if (cursor === null) throw new WildcatError('invalid', 'cursor must be the nextCursor of another page');
  return cursor;
};

/** Which chats a request asks for. Throws `invalid` for a cursor that is none. */
export const chatPageOf = ({ cursor, ...range }: ChatRange): ChatPage => ({
  ...range,
  cursor: cursorOf(cursor, parseChatCursor),
});

/** Which messages a request asks for. Throws `invalid` for a cursor that is none, and for a `q` without a word. */
export const pageOf = ({ cursor: text, q, ...range }: Range): Asked => {
  const cursor = cursorOf(text, parseCursor);
  const words = q === undefined ? undefined : wordsOf(q);
  if (words?.length === 0) throw new WildcatError('invalid', 'q must be a text with a letter or a digit');
  return { ...range, cursor, words };
};
