import { requireSender } from '../commands/messages.ts';
import type { CallName, SessionCalls } from '../ports/session-calls.ts';
import type { HttpDeps } from './deps.ts';

/** Asks WhatsApp over the account's connection. Throws as `requireSender`, and as `CallSession`. */
export const asked =
  (deps: Pick<HttpDeps, 'accounts' | 'call'>) =>
  async <Name extends CallName>(
    account: string,
    name: Name,
    ask: SessionCalls[Name]['ask'],
  ): Promise<SessionCalls[Name]['answer']> => {
    requireSender(deps.accounts.current(account).state, false);
    return deps.call(account, name, ask);
  };
