import type { Db } from 'mongodb';
import type { Address } from '../events/ids.ts';
import type { HttpDeps, Quoted } from '../http/deps.ts';
import type { Blobs } from '../ports/blobs.ts';
import { accountAnswer, createAccountQueries } from '../queries/accounts.ts';
import { createChatQueries } from '../queries/chats.ts';
import { createMessageQueries, type MessageQueries } from '../queries/messages.ts';
import { resolveAddress } from '../queries/names.ts';
import { createReadViews } from '../queries/views.ts';

/** The proto of a message to quote: in the event, in a blob where it was too large, or nowhere (own sends). */
const rawOf = async (
  { raw, rawRef }: NonNullable<Awaited<ReturnType<MessageQueries['findStored']>>>,
  blobs: Pick<Blobs, 'get'>,
): Promise<string | undefined> => {
  if (raw !== null || rawRef == null) return raw ?? undefined;
  const bytes = await blobs.get(rawRef.sha256);
  return bytes === null ? undefined : Buffer.from(bytes).toString('base64');
};

const lookupQuoted =
  (messages: MessageQueries, blobs: Pick<Blobs, 'get'>) =>
  async (account: string, messageId: string, chat: Address): Promise<Quoted | null> => {
    const found =
      (await messages.findStored(account, messageId, chat.jid)) ??
      (await messages.findStored(account, messageId));
    if (found === null) return null;
    const { from, fromMe, content } = found;
    const raw = await rawOf(found, blobs);
    return {
      quoted: {
        messageId,
        participant: from === null ? null : (from.alt ?? from.jid),
        text: content.text ?? content.caption ?? null,
        hasMedia: content.media !== undefined,
      },
      quotedKey: { participant: from?.jid ?? '', fromMe, ...(raw === undefined ? {} : { raw }) },
    };
  };

/** What the REST side reads, bound to the views. */
export const createQueries = (
  views: Db,
  blobs: Pick<Blobs, 'get'>,
): Pick<HttpDeps, 'queries' | 'resolveAddress' | 'lookupQuoted'> => {
  const read = createReadViews(views, () => performance.now());
  const accounts = createAccountQueries(read);
  const chats = createChatQueries(read);
  const messages = createMessageQueries(read);
  return {
    queries: {
      accounts: async () => (await accounts.list()).map(accountAnswer),
      account: async (id) => {
        const account = await accounts.find(id);
        return account === null ? null : accountAnswer(account);
      },
      message: messages.find,
      ownMessage: messages.findOwn,
      chats: chats.list,
      chatMessages: messages.ofChat,
      messages: messages.all,
    },
    resolveAddress: async (account, jid) => (await resolveAddress(read, account, jid)) ?? { jid },
    lookupQuoted: lookupQuoted(messages, blobs),
  };
};
