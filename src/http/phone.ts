import { setTimeout as pause } from 'node:timers/promises';
import { WildcatError } from '../errors.ts';
import { requireAccount, sessionCaller } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import {
  changeProfile,
  createPairingCode,
  getProfile,
  listCalls,
  listContacts,
  listLabels,
  rejectCall,
} from './schemas/phone.ts';

const QR_MS = 15_000;
const LOOK_MS = 100;

/** Resolves once the account could be paired: WhatsApp offers codes of both kinds at the same time. */
const untilPairable = async (deps: HttpDeps, account: string): Promise<void> => {
  for (let waited = 0; waited < QR_MS; waited += LOOK_MS) {
    const { paired, wanted, status } = requireAccount(deps, account);
    if (paired) throw new WildcatError('invalid', 'The account is paired: log out first');
    if (!wanted) throw new WildcatError('not_connected', 'Account not connected', { details: { status } });
    if ((await deps.qrCodes.find(account)) !== null) return;
    await pause(LOOK_MS);
  }
  throw new WildcatError('unavailable', 'WhatsApp did not answer');
};

/** What a phone shows beside its chats, and the account itself. */
export const phoneRoutes = (deps: HttpDeps): readonly Route[] => {
  const call = sessionCaller(deps);
  const { queries } = deps;
  const profileOf = async (accountId: string) => {
    const profile = await call(accountId, 'profile', {});
    return { status: 200, body: { ok: true, profile } } as const;
  };
  return [
    route(createPairingCode)(async ({ params: { accountId }, body: { phone } }) => {
      await untilPairable(deps, accountId);
      const code = await deps.call(accountId, 'pairingCode', { phone });
      return { status: 200, body: { ok: true, phone, code } };
    }),
    route(listCalls)(async ({ params: { accountId }, query }) => {
      requireAccount(deps, accountId);
      const { calls, hasMore } = await queries.calls(accountId, query);
      return { status: 200, body: { ok: true, calls, pagination: { ...query, hasMore } } };
    }),
    route(rejectCall)(async ({ params: { accountId, callId } }) => {
      await call(accountId, 'callReject', { callId });
      return { status: 200, body: { ok: true } };
    }),
    route(listContacts)(async ({ params: { accountId }, query }) => {
      requireAccount(deps, accountId);
      const { contacts, hasMore } = await queries.contacts(accountId, query);
      return { status: 200, body: { ok: true, contacts, pagination: { ...query, hasMore } } };
    }),
    route(listLabels)(async ({ params: { accountId } }) => {
      requireAccount(deps, accountId);
      return { status: 200, body: { ok: true, labels: [...(await queries.labels(accountId))] } };
    }),
    route(getProfile)(({ params: { accountId } }) => profileOf(accountId)),
    route(changeProfile)(async ({ params: { accountId }, body }) => {
      await call(accountId, 'profileChange', body);
      return profileOf(accountId);
    }),
  ];
};
