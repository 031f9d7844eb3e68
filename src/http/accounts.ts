import { hasCode, WildcatError } from '../errors.ts';
import { type AccountState, type AccountStatus, isLive } from '../events/account-state.ts';
import { askedBy, requireAccount, wish } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { QR_TYPES, renderQr } from './qr.ts';
import type { AccountDocument } from './reads.ts';
import { type Route, route } from './route.ts';
import {
  connectAccount,
  createAccount,
  deleteAccount,
  disconnectAccount,
  getAccount,
  getQr,
  getStatus,
  type ListedAccount,
  listAccounts,
  logoutAccount,
} from './schemas/accounts.ts';
import { HttpError } from './transport/errors.ts';

const LOGOUT_MS = 10_000;
const ERASE_MS = 30_000;

/** What is connected only because nobody was left to say that it no longer is, is `reconnecting`. */
const presentStatus = async (
  { leaseHolder }: HttpDeps,
  account: string,
  status: AccountStatus,
): Promise<AccountStatus> =>
  status === 'connected' && (await leaseHolder(account)) === null ? 'reconnecting' : status;

/** Its end comes by itself where WhatsApp has named it. */
const isOver = (restriction: AccountDocument['restriction'], now: Date): boolean =>
  typeof restriction?.until === 'string' && Date.parse(restriction.until) <= now.getTime();

const listed = async (
  deps: HttpDeps,
  { history, restriction, ...account }: AccountDocument,
  shown: ReadonlySet<string>,
): Promise<ListedAccount> => ({
  ...account,
  currentStatus: await presentStatus(deps, account._id, account.status),
  hasQR: shown.has(account._id),
  history,
  restriction: isOver(restriction, deps.now()) ? null : restriction,
});

const happens = async (
  { accounts }: HttpDeps,
  account: string,
  holds: (state: AccountState) => boolean,
  ms: number,
): Promise<boolean> => {
  try {
    await accounts.until(account, ({ state }) => holds(state), ms);
    return true;
  } catch (error) {
    if (hasCode(error, 'unavailable')) return false;
    throw error;
  }
};

const ownerOf = ({ accounts }: HttpDeps, collectionName: string): string | undefined => {
  for (const [account, { state }] of accounts.all())
    if (state.status !== 'absent' && state.collectionName === collectionName) return account;
  return undefined;
};

const creation = (deps: HttpDeps): Route => {
  // Two creations at once must not both find the name free.
  const beingCreated = new Set<string>();
  return route(createAccount)(async ({ body, request }) => {
    const { id, name, collectionName = `auth_${id}` } = body;
    const owner = ownerOf(deps, collectionName) ?? id;
    if (owner !== id || beingCreated.has(collectionName)) {
      const exists = isLive(deps.accounts.current(id).state);
      throw exists
        ? new WildcatError('already_exists', 'Account already exists')
        : new WildcatError('invalid', 'collectionName belongs to another account');
    }
    beingCreated.add(collectionName);
    try {
      const { seq } = await deps.command(id, { type: 'create', name, collectionName }, askedBy(request));
      const account = { id, name, collectionName, status: 'created' as const };
      const qr = `${deps.publicUrl ?? ''}/accounts/${id}/qr`;
      return { status: 201, body: { ok: true, account, qr }, seq };
    } finally {
      beingCreated.delete(collectionName);
    }
  });
};

const deletion = (deps: HttpDeps): Route =>
  route(deleteAccount)(async ({ params: { accountId }, request }) => {
    const { gen, collectionName } = requireAccount(deps, accountId);
    const { seq } = await wish(deps, accountId, { type: 'delete' }, askedBy(request));
    const gone = (state: AccountState) => state.status === 'absent' || state.gen > gen;
    const body = { ok: true, deletedCollection: collectionName } as const;
    return (await happens(deps, accountId, gone, ERASE_MS))
      ? { status: 200, body: { ...body, message: 'Account deleted' }, seq: await deps.views.head() }
      : { status: 202, body: { ...body, message: 'Account deletion in progress' }, seq };
  });

const leaving = (deps: HttpDeps): Route =>
  route(logoutAccount)(async ({ params: { accountId }, request }) => {
    const { seq } = await wish(deps, accountId, { type: 'logout' }, askedBy(request));
    const left = (state: AccountState) => !isLive(state) || !state.leaving;
    return (await happens(deps, accountId, left, LOGOUT_MS))
      ? { status: 200, body: { ok: true, message: 'Account logged out' }, seq: await deps.views.head() }
      : { status: 202, body: { ok: true, message: 'Account logout in progress' }, seq };
  });

/** Why there is no QR code to scan. */
const noQr = (status: AccountStatus): string => {
  if (status === 'connected' || status === 'reconnecting') return 'the account is paired';
  if (status === 'created' || status === 'connecting') return 'it is being asked for, try again in a moment';
  return 'the account is not started, POST to its /connect first';
};

const qrOnShow = (deps: HttpDeps): Route =>
  route(getQr)(async ({ params: { accountId }, request }) => {
    const { status } = requireAccount(deps, accountId);
    const accepted = request.accepts(QR_TYPES);
    const type = QR_TYPES.find((candidate) => candidate === accepted);
    if (type === undefined) {
      throw new HttpError(406, 'This is served as image/png, image/svg+xml or text/plain');
    }
    const shown = await deps.qrCodes.find(accountId);
    if (shown === null) {
      throw new WildcatError('not_found', `No QR code on show: ${noQr(status)}`, { details: { status } });
    }
    const { body, contentType } = await renderQr(shown.qr, type);
    return { status: 200, body, headers: { 'Content-Type': contentType, Vary: 'Accept' } };
  });

/** Everything about accounts but what they send and received. */
export const accountRoutes = (deps: HttpDeps): readonly Route[] => [
  creation(deps),
  route(listAccounts)(async () => {
    const [documents, shown] = await Promise.all([deps.queries.accounts(), deps.qrCodes.list()]);
    const accounts = await Promise.all(documents.map((document) => listed(deps, document, shown)));
    return { status: 200, body: { ok: true, accounts } };
  }),
  route(getAccount)(async ({ params: { accountId } }) => {
    const [document, shown] = await Promise.all([deps.queries.account(accountId), deps.qrCodes.list()]);
    if (document === null) throw new WildcatError('not_found', 'Account not found');
    return { status: 200, body: { ok: true, account: await listed(deps, document, shown) } };
  }),
  deletion(deps),
  route(getStatus)(async ({ params: { accountId } }) => {
    const account = requireAccount(deps, accountId, 'Account not found or not started');
    const shown = await deps.qrCodes.find(accountId);
    const status = await presentStatus(deps, accountId, account.status);
    const body = { accountId, status, qr: shown?.qr ?? null, collection: account.collectionName };
    return { status: 200, body: { ok: true, ...body } };
  }),
  route(connectAccount)(async ({ params: { accountId }, request }) => {
    const { reason } = requireAccount(deps, accountId, 'Account not found');
    // with a reason, its last socket has ended: the wait for the next one is to be cut short
    const insist = reason !== null || (await deps.leaseHolder(accountId)) === null;
    const { seq, state } = await wish(deps, accountId, { type: 'connect', insist }, askedBy(request));
    const status = isLive(state) ? state.status : 'connecting';
    const message = `Connection initiated. Check /accounts/${accountId}/status for QR code`;
    return { status: 200, body: { ok: true, accountId, status, message }, seq };
  }),
  route(disconnectAccount)(async ({ params: { accountId }, request }) => {
    const { seq } = await wish(deps, accountId, { type: 'disconnect' }, askedBy(request));
    return { status: 200, body: { ok: true, message: 'Account disconnected' }, seq };
  }),
  leaving(deps),
  qrOnShow(deps),
];
