import { WildcatError } from '../errors.ts';
import { requireAccount } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import { getMessage, listChatMessages, listChats, listMessages } from './schemas/messages.ts';

/** What was said: single messages, chats, pages of messages. */
export const messageRoutes = (deps: HttpDeps): readonly Route[] => [
  route(getMessage)(async ({ params: { accountId, messageId }, query: { chatId } }) => {
    requireAccount(deps, accountId);
    const message = await deps.queries.message(accountId, messageId, chatId);
    if (message === null) throw new WildcatError('not_found', 'Message not found');
    return { status: 200, body: { ok: true, message } };
  }),
  route(listChatMessages)(async ({ params: { accountId, chatId }, query }) => {
    requireAccount(deps, accountId);
    const { messages, total, hasMore, nextCursor } = await deps.queries.chatMessages(
      accountId,
      chatId,
      query,
    );
    const { limit, offset } = query;
    const pagination = { total, limit, offset, hasMore, nextCursor };
    return { status: 200, body: { ok: true, messages: [...messages], pagination } };
  }),
  route(listChats)(async ({ params: { accountId }, query }) => {
    requireAccount(deps, accountId);
    return { status: 200, body: { ok: true, chats: [...(await deps.queries.chats(accountId, query))] } };
  }),
  route(listMessages)(async ({ query }) => {
    const { messages, total } = await deps.queries.messages(query);
    const { limit, skip } = query;
    const pagination = { skip, limit, total, hasMore: skip + messages.length < total };
    return { status: 200, body: { ok: true, messages: [...messages], pagination } };
  }),
];
