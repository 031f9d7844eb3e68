import { type AccountCommand, type AccountState, isLive, type LiveAccount } from '../commands/accounts.ts';
import type { Asked, Handled } from '../commands/handle.ts';
import { WildcatError } from '../errors.ts';
import { ACCOUNT_ID } from '../events/ids.ts';
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
