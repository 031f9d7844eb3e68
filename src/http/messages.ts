import { WildcatError } from '../errors.ts';
import type { HistoryEvent } from '../queries/past.ts';
import { lookFor, requireAccount } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import type { PageByCursor, Range } from './reads.ts';
import { chatMeant } from './recipient.ts';
import { type Route, route } from './route.ts';
import {
  getMessage,
  getMessageHistory,
  listAccountMessages,
  listChatMessages,
  listMessages,
} from './schemas/messages.ts';

/** What WhatsApp's own form of a message holds, and the key of a poll, stay in the log. */
const SECRET = new Set(['raw', 'rawRef', 'pollSecret', 'mediaKey']);

const historyAnswer = ({ event, changed }: HistoryEvent) => {
  const { seq: position, id, type, at, occurredAt, actor, data } = event;
  const shown = JSON.stringify(data, (key, value: unknown) => (SECRET.has(key) ? undefined : value));
  return { position, id, type, at, occurredAt, changed, actor: actor ?? null, data: JSON.parse(shown) };
};

/** How long a search waits for texts that the other views have already. */
const TEXTS_MS = 500;

/** Says so where a search may miss what other reads show. */
const searchable = async ({ views }: HttpDeps, { q }: Range): Promise<Readonly<Record<string, string>>> =>
  q === undefined || (await views.waitForTexts(views.position(), TEXTS_MS))
    ? {}
    : { 'Wildcat-Stale': 'true' };

const answerOf = ({ messages, ...paging }: PageByCursor, { limit, offset }: Range) => ({
  ok: true as const,
  messages: [...messages],
  pagination: { ...paging, limit, offset },
});

/** What was said: single messages, chats, pages of messages. */
export const messageRoutes = (deps: HttpDeps): readonly Route[] => [
  route(getMessage)(async ({ params: { accountId, messageId }, query: { chatId: typed, at } }) => {
    requireAccount(deps, accountId);
    const chatId = await chatMeant(deps, accountId, typed);
    const message = await (at === undefined
      ? lookFor(deps, () => deps.queries.message(accountId, messageId, chatId))
      : deps.past.message(accountId, messageId, { chatId, at }));
    if (message === null) throw new WildcatError('not_found', 'Message not found');
    return { status: 200, body: { ok: true, message } };
  }),
  route(getMessageHistory)(async ({ params: { accountId, messageId }, query: { chatId } }) => {
    requireAccount(deps, accountId);
    const chat = await chatMeant(deps, accountId, chatId);
    const history = await deps.past.history(accountId, messageId, chat);
    if (history === null) throw new WildcatError('not_found', 'Message not found');
    return { status: 200, body: { ok: true, events: history.map(historyAnswer) } };
  }),
  route(listChatMessages)(async ({ params: { accountId, chatId }, query }) => {
    requireAccount(deps, accountId);
    const headers = await searchable(deps, query);
    const { at, ...range } = query;
    const chat = await chatMeant(deps, accountId, chatId);
    const page = await (at === undefined
      ? deps.queries.chatMessages(accountId, chat, range)
      : deps.past.chatMessages(accountId, chat, { ...range, at }));
    return { status: 200, headers, body: answerOf(page, query) };
  }),
  route(listAccountMessages)(async ({ params: { accountId }, query }) => {
    requireAccount(deps, accountId);
    const headers = await searchable(deps, query);
    const page = await deps.queries.accountMessages(accountId, query);
    return { status: 200, headers, body: answerOf(page, query) };
  }),
  route(listMessages)(async ({ query }) => {
    const { limit, skip = 0, accountId } = query;
    const { messages, total } = await deps.queries.messages({ limit, skip, accountId });
    const pagination = { skip, limit, total, hasMore: skip + messages.length < total };
    return { status: 200, body: { ok: true, messages: [...messages], pagination } };
  }),
];
