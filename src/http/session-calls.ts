import { requireSender } from '../commands/messages.ts';
import { sessionCaller, viewsAtHead } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { chatMeant } from './recipient.ts';
import { type Route, route } from './route.ts';
import {
  blockContact,
  checkNumbers,
  readChat,
  setPresence,
  unblockContact,
} from './schemas/session-calls.ts';

/** What is asked of WhatsApp there and then: it needs the account's connection, and nothing of it waits. */
export const sessionCallRoutes = (deps: HttpDeps): readonly Route[] => {
  const call = sessionCaller(deps);
  const block = async (accountId: string, jid: string, on: boolean) => {
    await call(accountId, 'block', { jid, on });
    return { status: 200, body: { ok: true } } as const;
  };
  return [
    route(readChat)(async ({ params: { accountId, chatId } }) => {
      requireSender(deps.accounts.current(accountId).state, false);
      const chat = await chatMeant(deps, accountId, chatId);
      // whoever was told of a message a moment ago wants that one read, too
      await viewsAtHead(deps);
      const keys = await deps.lookupUnread(accountId, chat);
      const body = { ok: true, read: keys.length } as const;
      if (keys.length === 0) return { status: 200, body };
      await call(accountId, 'read', { chat, keys });
      return { status: 200, body, seq: await deps.views.head() };
    }),
    route(setPresence)(async ({ params: { accountId, chatId }, body: { state } }) => {
      const chat = await chatMeant(deps, accountId, chatId);
      await call(accountId, 'presence', { chat, state });
      return { status: 200, body: { ok: true } };
    }),
    route(checkNumbers)(async ({ params: { accountId }, query: { phones } }) => {
      const contacts = await call(accountId, 'check', { phones });
      return { status: 200, body: { ok: true, contacts: [...contacts] } };
    }),
    route(blockContact)(({ params }) => block(params.accountId, params.contactId, true)),
    route(unblockContact)(({ params }) => block(params.accountId, params.contactId, false)),
  ];
};
