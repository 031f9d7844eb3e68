import { WildcatError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { SendRequest } from '../events/messages.ts';
import { type AccountState, isLive, type LiveAccount } from './accounts.ts';

export type SendCommand = Readonly<Omit<SendRequest, 'from'>> & {
  /** Take it whatever the connection is like, as long as the account is paired (`Prefer: respond-async`). */
  readonly queue: boolean;
};

const canSend = (account: LiveAccount, queue: boolean): boolean =>
  account.status === 'connected' || account.status === 'reconnecting' || (queue && account.paired);

/**
 * Sending depends on the account alone, never on message history; what http looked up (quoted message, canonical
 * chat) travels in the command. Throws `not_found` and `not_connected` with the texts of the REST contract.
 */
export const decideSend = (
  { queue, ...request }: SendCommand,
  state: AccountState,
): Event<'message.send_requested', SendRequest> => {
  if (!isLive(state)) throw new WildcatError('not_found', 'Account not found');
  if (!canSend(state, queue)) {
    throw new WildcatError('not_connected', 'Account not connected', { details: { status: state.status } });
  }
  const from = state.me === null ? null : { jid: state.me.lid ?? state.me.jid, alt: state.me.jid };
  return { type: 'message.send_requested', data: { ...request, from } };
};
