import { orUnavailable } from '../adapters/mongo/away.ts';
import type { Databases } from '../adapters/mongo/connect.ts';
import { WildcatError } from '../errors.ts';
import type { HttpDeps } from '../http/deps.ts';
import type { ChatRange, Range } from '../http/reads.ts';
import type { EventLog } from '../ports/event-log.ts';
import { wordsOf } from '../projections/words.ts';
import { accountAnswer, createAccountQueries } from '../queries/accounts.ts';
import { type ChatPage, parseChatCursor } from '../queries/chat-pages.ts';
import { createChatQueries } from '../queries/chats.ts';
import { createMediaQueries } from '../queries/media.ts';
import { type Asked, createMessageQueries, type MessageQueries } from '../queries/messages.ts';
import { createAddressBook } from '../queries/names.ts';
import { parseCursor } from '../queries/pages.ts';
import { createPastQueries } from '../queries/past.ts';
import { createPhoneQueries } from '../queries/phone.ts';
import { createReadViews } from '../queries/views.ts';
import { forwardOf, foundOf, keyFor, type Lookups, mediaRequestOf, quotedOf, rawFor } from './lookups.ts';

/** The message in that chat, under either of its names, else the newest of that id. */
const findQuoted =
  (messages: MessageQueries): HttpDeps['lookupQuoted'] =>
  async (account, messageId, chat) => {
    const here = await messages.findStored(account, messageId, chat.jid);
    const found = here ?? (await messages.findStored(account, messageId));
    return found === null ? null : quotedOf(found);
  };

/** Throws `invalid` for a cursor that is none. */
const cursorOf = <Cursor>(
  text: string | undefined,
  parseText: (text: string) => Cursor | null,
): Cursor | undefined => {
  const cursor = text === undefined ? undefined : parseText(text);
  if (cursor === null) throw new WildcatError('invalid', 'cursor must be the nextCursor of another page');
  return cursor;
};

const chatPageOf = ({ cursor, ...range }: ChatRange): ChatPage => ({
  ...range,
  cursor: cursorOf(cursor, parseChatCursor),
});

/** Throws `invalid` for a cursor that is none, and for a `q` without a word. */
const pageOf = ({ cursor: text, q, ...range }: Range): Asked => {
  const cursor = cursorOf(text, parseCursor);
  const words = q === undefined ? undefined : wordsOf(q);
  if (words?.length === 0) throw new WildcatError('invalid', 'q must be a text with a letter or a digit');
  return { ...range, cursor, words };
};

type Bound = Pick<
  HttpDeps,
  'queries' | 'past' | 'resolveChat' | 'lookupQuoted' | 'lookupMessage' | 'lookupUnread' | 'lookupForward'
> &
  Readonly<{
    /** The wish to have the file of this message; null where there is none. */
    lookupMediaRequest: (
      account: string,
      messageId: string,
      chatId?: string,
    ) => Promise<ReturnType<typeof mediaRequestOf>>;
  }>;

/** The reads that the REST side asks for, bound to the views. Where MongoDB is away they throw `unavailable`. */
export const bindQueries = (
  { views }: Databases,
  lookups: Lookups & Readonly<{ log: Pick<EventLog, 'read'> }>,
): Bound => {
  const read = createReadViews(views, () => performance.now());
  const accounts = createAccountQueries(read);
  const chats = createChatQueries(read);
  const messages = createMessageQueries(read);
  const media = createMediaQueries(read);
  const phone = createPhoneQueries(read);
  const resolveChat = createAddressBook(read);
  const past = createPastQueries({ log: lookups.log, read, messages });
  return {
    queries: {
      accounts: () => orUnavailable(async () => (await accounts.list()).map(accountAnswer)),
      account: (id) =>
        orUnavailable(async () => {
          const doc = await accounts.find(id);
          return doc === null ? null : accountAnswer(doc);
        }),
      message: (account, id, chatId) => orUnavailable(() => messages.find(account, id, chatId)),
      ownSend: (account, id) => orUnavailable(() => messages.findOwn(account, id)),
      knowsChat: (account, chatId) => orUnavailable(() => chats.knows(account, chatId)),
      chat: (account, chatId) => orUnavailable(() => chats.find(account, chatId)),
      chats: (account, range) => {
        const page = chatPageOf(range);
        return orUnavailable(() => chats.list(account, page));
      },
      chatMessages: (account, chatId, range) => {
        const page = pageOf(range);
        return orUnavailable(() => messages.ofChat(account, chatId, page));
      },
      accountMessages: (account, range) => {
        const page = pageOf(range);
        return orUnavailable(() => messages.ofAccount(account, page));
      },
      messages: (range) => orUnavailable(() => messages.all(range)),
      media: (filter) => orUnavailable(() => media.list(filter)),
      calls: (account, range) => orUnavailable(() => phone.calls(account, range)),
      contacts: (account, range) => orUnavailable(() => phone.contacts(account, range)),
      labels: (account) => orUnavailable(() => phone.labels(account)),
      messageMedia: (account, id, chatId) => orUnavailable(() => media.ofMessage(account, id, chatId)),
    },
    past: {
      // the fold of a long chat takes its time: MongoDB alone has a limit, in the queries' driver
      chatMessages: (account, chatId, { at, ...range }) =>
        past.ofChat(account, chatId, { ...pageOf(range), at }),
      message: past.find,
      history: past.history,
    },
    resolveChat: (account, jid) =>
      orUnavailable(async () => (await resolveChat(account, jid)) ?? { chat: { jid } }),
    lookupMessage: (account, id, chatId) =>
      orUnavailable(async () => {
        const found = await messages.findStored(account, id, chatId);
        return found === null ? null : foundOf(found);
      }),
    lookupUnread: (account, chatId) =>
      orUnavailable(async () => (await messages.unread(account, chatId)).map((one) => keyFor(one, chatId))),
    lookupForward: (account, id, chatId) =>
      orUnavailable(async () => {
        const found = await messages.findStored(account, id, chatId);
        return found === null ? null : forwardOf(found, await rawFor(lookups, account, found));
      }),
    lookupMediaRequest: (account, id, chatId) =>
      orUnavailable(async () => {
        const found = await messages.findStored(account, id, chatId);
        return found === null ? null : mediaRequestOf(found);
      }),
    lookupQuoted: (account, id, chat) => orUnavailable(() => findQuoted(messages)(account, id, chat)),
  };
};
