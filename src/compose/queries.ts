import { orUnavailable } from '../adapters/mongo/away.ts';
import type { Databases } from '../adapters/mongo/connect.ts';
import type { HttpDeps } from '../http/deps.ts';
import type { EventLog } from '../ports/event-log.ts';
import { accountAnswer, createAccountQueries } from '../queries/accounts.ts';
import { createChatQueries } from '../queries/chats.ts';
import { createMediaQueries } from '../queries/media.ts';
import { createMessageQueries, type MessageQueries } from '../queries/messages.ts';
import { createAddressBook } from '../queries/names.ts';
import { createPastQueries } from '../queries/past.ts';
import { createPhoneQueries } from '../queries/phone.ts';
import type { StoredMessage } from '../queries/stored-messages.ts';
import { createReadViews } from '../queries/views.ts';
import { forwardOf, foundOf, keyFor, type Lookups, mediaRequestOf, quotedOf, rawFor } from './lookups.ts';
import { chatPageOf, pageOf } from './paging.ts';
import { bindPast } from './past.ts';

/** The message in that chat, under either of its names, else the newest of that id. */
const findQuoted =
  (messages: MessageQueries): HttpDeps['lookupQuoted'] =>
  async (account, messageId, chat) => {
    const here = await messages.findStored(account, messageId, chat.jid);
    const found = here ?? (await messages.findStored(account, messageId));
    return found === null ? null : quotedOf(found);
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
  lookups: Lookups & Readonly<{ log: Pick<EventLog, 'read' | 'state'> }>,
): Bound => {
  const read = createReadViews(views, () => performance.now());
  const accounts = createAccountQueries(read);
  const chats = createChatQueries(read);
  const messages = createMessageQueries(read);
  const media = createMediaQueries(read);
  const phone = createPhoneQueries(read);
  const resolveChat = createAddressBook(read);
  const past = createPastQueries({ log: lookups.log, read, messages });
  /** What `make` makes of a stored message; null where there is none. */
  const ofStored =
    <T>(make: (found: StoredMessage, account: string) => T | Promise<T>) =>
    (account: string, id: string, chatId?: string): Promise<T | null> =>
      orUnavailable(async () => {
        const found = await messages.findStored(account, id, chatId);
        return found === null ? null : make(found, account);
      });
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
    past: bindPast(lookups.log, past),
    resolveChat: (account, jid) =>
      orUnavailable(async () => (await resolveChat(account, jid)) ?? { chat: { jid } }),
    lookupMessage: ofStored(foundOf),
    lookupUnread: (account, chatId) =>
      orUnavailable(async () => (await messages.unread(account, chatId)).map((one) => keyFor(one, chatId))),
    lookupForward: ofStored(async (found, account) =>
      forwardOf(found, await rawFor(lookups, account, found)),
    ),
    lookupMediaRequest: ofStored(mediaRequestOf),
    lookupQuoted: (account, id, chat) => orUnavailable(() => findQuoted(messages)(account, id, chat)),
  };
};
