import type { AccountCommand } from '../commands/accounts.ts';
import type { Asked, Handled } from '../commands/handle.ts';
import { requireSender } from '../commands/messages.ts';
import { hasCode, WildcatError } from '../errors.ts';
import { type AccountState, isLive, type LiveAccount } from '../events/account-state.ts';
import { ACCOUNT_ID } from '../events/ids.ts';
import type { CallSession } from '../ports/session-calls.ts';
import type { HttpDeps } from './deps.ts';
import type { RequestInfo } from './route.ts';

/** Who asked: the HTTP client with this request. */
export const askedBy = (request: RequestInfo): Asked => ({ corr: request.id, actor: { kind: 'api' } });

/** The account as the log has it. Throws `not_found`. */
export const requireAccount = (
  { accounts }: Pick<HttpDeps, 'accounts'>,
  account: string,
  text = 'Account not found',
): LiveAccount => {
  const { state } = accounts.current(account);
  if (!isLive(state)) throw new WildcatError('not_found', text);
  return state;
};

const isRefusal = (error: unknown): boolean => hasCode(error, 'not_found') || hasCode(error, 'not_connected');

/**
 * Lets a request of an account be handled, and once more where it was refused before this process had folded what
 * the log held by then: another one may have created or connected the account a moment ago.
 */
export const insist = async <T>(
  { accounts }: Pick<HttpDeps, 'accounts'>,
  account: string,
  handle: () => Promise<T>,
): Promise<T> => {
  const known = accounts.current(account);
  try {
    return await handle();
  } catch (error) {
    if (!isRefusal(error) || !ACCOUNT_ID.test(account)) throw error;
    if ((await accounts.refreshed(account)) === known) throw error;
    return handle();
  }
};

/** How long a request waits for views that have yet to read what the log holds. */
const FRESH_MS = 10_000;

/** Resolves once the views have all that the log holds now. Throws `unavailable` with `text` where they stay behind. */
export const freshViews = async ({ views }: Pick<HttpDeps, 'views'>, text: string): Promise<void> => {
  if (!(await views.waitFor(await views.head(), FRESH_MS))) throw new WildcatError('unavailable', text);
};

/**
 * What the views hold of a message or a chat; where it is nothing, what they hold once they have all of the log: a
 * webhook may have told of it a moment ago. Throws `unavailable` where they stay behind: it may be there all the same.
 */
export const lookFor = async <Found>(
  deps: Pick<HttpDeps, 'views'>,
  find: () => Promise<Found | null>,
): Promise<Found | null> => {
  const known = await find();
  if (known !== null) return known;
  await freshViews(deps, 'Whether there is such a thing is not known yet: try again later');
  return find();
};

/** Asks for something of an account. An impossible id is one that nobody has: the log is not asked about it. */
export const wish = (
  { command }: HttpDeps,
  account: string,
  wished: AccountCommand,
  asked: Asked,
): Promise<Handled<AccountState>> => {
  if (!ACCOUNT_ID.test(account)) throw new WildcatError('not_found', 'Account not found');
  return command(account, wished, asked);
};

/** Asks WhatsApp over the account's connection. Throws as `requireSender`, and as `CallSession`. */
export const sessionCaller =
  (deps: Pick<HttpDeps, 'accounts' | 'call'>): CallSession =>
  async (account, name, ask) => {
    requireSender(deps.accounts.current(account).state, false);
    return deps.call(account, name, ask);
  };

/** How long a change waits for the views that it goes by, and the answer for those that it shows it by. */
const VIEWS_MS = 2_000;

/** Resolves with the log's last sequence once the views have reached it, after 2 s at the latest. */
export const viewsAtHead = async ({ views }: Pick<HttpDeps, 'views'>): Promise<number> => {
  const seq = await views.head();
  await views.waitFor(seq, VIEWS_MS);
  return seq;
};
