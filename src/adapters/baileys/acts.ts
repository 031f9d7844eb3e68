import type { WASocket } from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import type { WildcatEvent } from '../../events/codec.ts';
import type { SessionActs } from '../../ports/session-calls.ts';
import { createGroupActs } from './acts-groups.ts';
import { createProfileActs } from './acts-profile.ts';
import { addressOf, type Directory } from './addresses.ts';
import { asking, doing } from './asking.ts';
import type { Calls } from './calls.ts';
import type { FetchPicture } from './download.ts';
import { checkNumbers } from './number-check.ts';

type Deps = Readonly<{
  sock: () => WASocket;
  directory: Directory;
  /** Puts a fact into the log. */
  tell: (event: WildcatEvent) => void;
  calls: Calls;
  fetchPicture: FetchPicture;
}>;

/** What can be asked of one connection: everything once it is open, a pairing code while it shows a QR code. */
export const createActs = ({ sock, directory, tell, calls, fetchPicture }: Deps): SessionActs => ({
  read: async ({ chat, keys }) => {
    await doing(() => sock().readMessages(keys.map((key) => ({ ...key }))));
    tell({ type: 'chat.marked_read', data: { chat: addressOf(chat, null, directory) } });
    return null;
  },
  presence: ({ chat, state }) =>
    doing(() =>
      state === 'subscribe' ? sock().presenceSubscribe(chat) : sock().sendPresenceUpdate(state, chat),
    ),
  check: ({ phones }) => checkNumbers(sock(), phones, directory),
  block: ({ jid, on }) => doing(() => sock().updateBlockStatus(jid, on ? 'block' : 'unblock')),
  ...createGroupActs(sock, directory),
  ...createProfileActs(sock, directory, fetchPicture),
  callReject: async ({ callId }) => {
    const from = calls.ringing(callId);
    if (from === null) throw new WildcatError('not_found', 'No such call is ringing');
    await doing(() => sock().rejectCall(callId, from));
    calls.rejected(callId);
    return null;
  },
  pairingCode: ({ phone }) => asking(() => sock().requestPairingCode(phone)),
});
