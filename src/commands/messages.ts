import { WildcatError } from '../errors.ts';
import { type AccountState, isLive, type LiveAccount } from '../events/account-state.ts';
import type { Event } from '../events/event.ts';
import type { SendRequest } from '../events/messages.ts';

export type SendCommand = Readonly<Omit<SendRequest, 'from'>> & {
  /** Take it whatever the connection is like, as long as the account is paired (`Prefer: respond-async`). */
  readonly queue: boolean;
  /** base64 of the proto.WebMessageInfo of a message that is passed on: goes into the envelope. */
  readonly raw?: string;
};

const canSend = (account: LiveAccount, queue: boolean): boolean =>
  account.status === 'connected' || account.status === 'reconnecting' || (queue && account.paired);

/**
 * The account, if it takes a send as it is now. Throws `not_found` and `not_connected` with the texts of the REST
 * contract. http asks before it looks anything up, so that these two come first; `decideSend` has the last word.
 */
export const requireSender = (state: AccountState, queue: boolean): LiveAccount => {
  if (!isLive(state)) throw new WildcatError('not_found', 'Account not found');
  if (canSend(state, queue)) return state;
  throw new WildcatError('not_connected', 'Account not connected', { details: { status: state.status } });
};

/**
 * Sending depends on the account alone, never on message history; what http looked up (quoted message, canonical
 * chat) travels in the command. Throws as `requireSender`.
 */
export const decideSend = (
  { queue, raw: _, ...request }: SendCommand,
  state: AccountState,
): Event<'message.send_requested', SendRequest> => {
  const { me } = requireSender(state, queue);
  const from = me === null ? null : { jid: me.lid ?? me.jid, alt: me.jid };
  return { type: 'message.send_requested', data: { ...request, from } };
};
