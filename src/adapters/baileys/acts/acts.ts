import type { WASocket } from '@whiskeysockets/baileys';
import { WildcatError } from '../../../errors.ts';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { SessionActs } from '../../../ports/session-calls.ts';
import type { FetchPicture } from '../files/download.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import type { Calls } from '../taps/calls.ts';
import { asking, doing } from './asking.ts';
import { createChatActs } from './chats.ts';
import { createGroupActs } from './groups.ts';
import { checkNumbers } from './number-check.ts';
import { createProfileActs } from './profile.ts';
import { createRequestActs } from './requests.ts';

type Deps = Readonly<{
  sock: () => WASocket;
  directory: Directory;
  /** Puts a fact into the log. */
  tell: (event: WildcatEvent) => void;
  /** Resolves once all that was told is there. */
  durable: () => Promise<void>;
  calls: Calls;
  fetchPicture: FetchPicture;
}>;

const PN = '@s.whatsapp.net';

/** The JID by which WhatsApp knows a phone number. Throws `not_found` where nobody has it, else as `asking`. */
const personOf = async (sock: WASocket, jid: string, directory: Directory): Promise<string> => {
  const [checked] = await checkNumbers(sock, [jid.slice(0, -PN.length)], directory);
  if (typeof checked?.jid === 'string') return checked.jid;
  throw new WildcatError('not_found', 'WhatsApp knows no such thing');
};

/** What can be asked of one connection: everything once it is open, a pairing code while it shows a QR code. */
export const createActs = ({ sock, directory, tell, durable, calls, fetchPicture }: Deps): SessionActs => ({
  read: async ({ chat, keys }) => {
    await doing(() => sock().readMessages(keys.map((key) => ({ ...key }))));
    tell({ type: 'chat.marked_read', data: { chat: addressOf(chat, null, directory) } });
    await durable();
    return null;
  },
  presence: ({ chat, state }) =>
    doing(() =>
      state === 'subscribe' ? sock().presenceSubscribe(chat) : sock().sendPresenceUpdate(state, chat),
    ),
  check: ({ phones }) => checkNumbers(sock(), phones, directory),
  block: async ({ jid, on }) => {
    // rc14 needs a LID, and says the same where there is no such person and where nobody answered
    const isNew = addressOf(jid, null, directory).jid.endsWith(PN);
    const person = isNew ? await personOf(sock(), jid, directory) : jid;
    return doing(() => sock().updateBlockStatus(person, on ? 'block' : 'unblock'));
  },
  ...createChatActs(sock, durable),
  ...createGroupActs(sock, directory),
  ...createRequestActs(sock, directory),
  ...createProfileActs(sock, directory, fetchPicture, tell),
  callReject: async ({ callId }) => {
    const from = calls.ringing(callId);
    if (from === null) throw new WildcatError('not_found', 'No such call is ringing');
    await doing(() => sock().rejectCall(callId, from));
    calls.rejected(callId);
    return null;
  },
  pairingCode: ({ phone }) => asking(() => sock().requestPairingCode(phone)),
});
