import { decryptPollVote, type proto } from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Recorded } from '../../../events/event.ts';
import { type Address, keyOf } from '../../../events/ids.ts';
import { pollPartOf } from './content-kinds.ts';
import { MAX_NAME } from './fields.ts';
import { infoOfRaw } from './raw.ts';
import { unwrap } from './unwrap.ts';

/** Which message is meant: ids are chosen by senders, so its author belongs to it. */
export type PollKey = Readonly<{ waId: string; fromMe: boolean; author: Address }>;

/** A poll and the 32 bytes that its votes are encrypted with. */
export type PollSecret = PollKey & Readonly<{ secret: Uint8Array }>;

/** The secrets of polls that this session has seen, or found in the views. */
export type Polls = Readonly<{
  secretOf: (poll: PollKey) => Uint8Array | undefined;
  note: (poll: PollKey, secret: Uint8Array | null | undefined) => void;
  /** Looks a poll up that a vote in `chat` is about, unless it is known. Never rejects. */
  load: (vote: proto.IMessage, chat: string) => Promise<void>;
}>;

const KEPT = 1_000;
/** More than any poll has, of so many bytes each: a voter chooses what he sends, and the event has to fit the log. */
const MAX_OPTIONS = 100;
const HASH_BYTES = 32;
const SECRET_BYTES = 32;

const nameOf = ({ waId, fromMe, author }: PollKey): string => `${fromMe ? 'me' : keyOf(author.jid)}/${waId}`;

/** The secret in a poll's own message, if it is one. */
export const secretIn = (message: proto.IMessage | null | undefined): Uint8Array | undefined => {
  if (!message) return undefined;
  const inner = unwrap(message).message;
  if (pollPartOf(inner) === null) return undefined;
  const secrets = [inner, message].map(({ messageContextInfo: info }) => info?.messageSecret ?? undefined);
  return secrets.find((secret) => secret?.length === SECRET_BYTES);
};

/** The secret of the poll in a logged `raw`, if it is one. */
export const pollSecretOfRaw = (raw: string): Uint8Array | undefined => secretIn(infoOfRaw(raw).message);

/** What a sender nested so deep that it can't be read here must not keep his account's session from opening. */
const secretOfLogged = (raw: string): Uint8Array | undefined => {
  try {
    return pollSecretOfRaw(raw);
  } catch {
    return undefined;
  }
};

const noteLogged = (note: Polls['note'], { type, data, raw }: Recorded<WildcatEvent>): void => {
  if (type === 'message.send_requested' && data.pollSecret !== undefined) {
    note({ waId: data.waId, fromMe: true, author: data.chat }, Buffer.from(data.pollSecret, 'base64'));
  }
  if ((type !== 'message.received' && type !== 'message.sent_elsewhere') || raw === undefined) return;
  if (data.content.type !== 'poll') return;
  note(
    { waId: data.waId, fromMe: type === 'message.sent_elsewhere', author: data.from },
    secretOfLogged(raw),
  );
};

/** Begins with the polls that the log ends with; `find` knows the older ones. */
export const createPolls = (
  logged: readonly Recorded<WildcatEvent>[],
  find: (waId: string, chat: string) => Promise<PollSecret | null>,
): Polls => {
  const secrets = new Map<string, PollSecret>();
  const ids = new Set<string>();
  const note: Polls['note'] = (poll, secret) => {
    // a sender chooses his ids, and a thousand are kept
    if (!secret || poll.waId.length > MAX_NAME) return;
    secrets.set(nameOf(poll), { ...poll, secret });
    ids.add(poll.waId);
    const [oldest] = secrets.size > KEPT ? secrets.values() : [];
    if (oldest === undefined) return;
    secrets.delete(nameOf(oldest));
    ids.delete(oldest.waId); // so that a late vote has it looked up
  };
  for (const event of logged) noteLogged(note, event);
  return {
    secretOf: (poll) => secrets.get(nameOf(poll))?.secret,
    note,
    load: async (vote, chat) => {
      const waId = unwrap(vote).message.pollUpdateMessage?.pollCreationMessageKey?.id;
      if (!waId || ids.has(waId)) return;
      // a vote that can't be read is logged all the same, and its raw bytes with it
      const found = await find(waId, chat).catch(() => null);
      if (found !== null) note(found, found.secret);
    },
  };
};

const namesOf = ({ jid, alt }: Address): string[] => (alt === undefined ? [jid] : [jid, alt]);

const decrypt = (
  vote: proto.Message.IPollEncValue,
  poll: PollKey & { readonly secret: Uint8Array },
  names: Readonly<{ creator: string; voter: string }>,
): proto.Message.PollVoteMessage | null => {
  try {
    return decryptPollVote(vote, {
      pollCreatorJid: names.creator,
      pollMsgId: poll.waId,
      pollEncKey: poll.secret,
      voterJid: names.voter,
    });
  } catch {
    return null;
  }
};

const hexOf = (hash: Uint8Array): string => Buffer.from(hash.subarray(0, HASH_BYTES)).toString('hex');

/**
 * The options (sha256 in hex) that a vote picks, or null where it can't be read. Whether the names of the two in its
 * key are LIDs or phone numbers, WhatsApp does not say: all are tried, and only the right ones fit.
 */
export const readVote = (
  vote: proto.Message.IPollEncValue,
  poll: PollKey & { readonly secret: Uint8Array },
  voter: Address,
): string[] | null => {
  for (const creator of namesOf(poll.author)) {
    for (const name of namesOf(voter)) {
      const read = decrypt(vote, poll, { creator, voter: name });
      if (read !== null) return read.selectedOptions.slice(0, MAX_OPTIONS).map(hexOf);
    }
  }
  return null;
};
