import { requireSender } from '../commands/messages.ts';
import { WildcatError } from '../errors.ts';
import { isPersonKey, keyOf } from '../events/ids.ts';
import { lookFor, requireAccount, sessionCaller, viewsAtHead } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { sendOnce, UNSAID } from './idempotent-send.ts';
import { keyIn, requestHash } from './message-ids.ts';
import { chatMeant } from './recipient.ts';
import { type Route, route } from './route.ts';
import {
  changeChat,
  clearChat,
  deleteChat,
  getChat,
  type ListedChat,
  listChats,
  NO_CHAT,
  PERSON_ONLY,
} from './schemas/chats.ts';

/** The newest message of a chat as WhatsApp names it, null where there is none that it would know. */
const newestIn = async (
  { lookupMessage }: HttpDeps,
  account: string,
  { chatId, lastMessage }: ListedChat,
  jid: string,
) => {
  const found = lastMessage === null ? null : await lookupMessage(account, lastMessage.messageId, chatId);
  const key = found && keyIn(jid, found);
  return found && key ? { key, timestamp: found.timestamp } : null;
};

/** Chats: which there are, how they stand, and what a person sets for them. */
export const chatRoutes = (deps: HttpDeps): readonly Route[] => {
  const call = sessionCaller(deps);
  const shown = async (account: string, typed: string): Promise<ListedChat> => {
    requireAccount(deps, account);
    const chat = await lookFor(deps, async () =>
      deps.queries.chat(account, await chatMeant(deps, account, typed)),
    );
    if (chat === null) throw new WildcatError('not_found', NO_CHAT);
    return chat;
  };
  /** A chat that something is to be done to. Throws as `requireSender`, and `not_found`. */
  const meant = async (account: string, typed: string) => {
    requireSender(deps.accounts.current(account).state, false);
    const known = await shown(account, typed);
    return { known, chat: (await deps.resolveChat(account, known.chatId)).chat };
  };
  /** The chat as it is once what was done to it is in the views. */
  const done = async (account: string, typed: string) => {
    const seq = await viewsAtHead(deps);
    return { status: 200, body: { ok: true, chat: await shown(account, typed) }, seq } as const;
  };
  const remove = async (account: string, typed: string, what: 'chat' | 'messages') => {
    const { known, chat } = await meant(account, typed);
    const last = await newestIn(deps, account, known, chat.jid);
    await call(account, 'chatRemove', { chat: chat.jid, what, last });
    return done(account, typed);
  };
  return [
    route(listChats)(async ({ params: { accountId }, query }) => {
      requireAccount(deps, accountId);
      const { limit, offset, cursor } = query;
      const { chats, ...more } = await deps.queries.chats(accountId, query);
      const isPage = [limit, offset, cursor].some((one) => one !== undefined);
      const pagination = { limit: limit ?? null, offset: offset ?? 0, ...more };
      return { status: 200, body: { ok: true, chats, ...(isPage ? { pagination } : {}) } };
    }),
    route(getChat)(async ({ params: { accountId, chatId } }) => {
      return { status: 200, body: { ok: true, chat: await shown(accountId, chatId) } };
    }),
    route(changeChat)(async ({ params: { accountId, chatId }, body, request }) => {
      const { disappearing, ...settings } = body;
      const { known, chat } = await meant(accountId, chatId);
      if (disappearing !== undefined && !isPersonKey(keyOf(chat.jid)))
        throw new WildcatError('invalid', PERSON_ONLY);
      if (Object.values(settings).some((value) => value !== undefined)) {
        const last = await newestIn(deps, accountId, known, chat.jid);
        await call(accountId, 'chatSettings', { chat: chat.jid, settings, last });
      }
      if (disappearing !== undefined) {
        const timer = disappearing ?? 0;
        const sent = await sendOnce(deps, accountId, request, {
          bodyHash: requestHash('timer', known.chatId, timer),
          compose: async () => ({ chat, to: known.chatId, content: UNSAID, timer }),
        });
        if (sent.status !== 200) return sent;
      }
      return done(accountId, chatId);
    }),
    route(deleteChat)(({ params: { accountId, chatId } }) => remove(accountId, chatId, 'chat')),
    route(clearChat)(({ params: { accountId, chatId } }) => remove(accountId, chatId, 'messages')),
  ];
};
