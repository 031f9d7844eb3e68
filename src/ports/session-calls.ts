/** A message as WhatsApp's receipts name it. */
export type MessageKey = Readonly<{ id: string; remoteJid: string; fromMe: boolean; participant?: string }>;

/** A group as WhatsApp describes it at the moment. `createdAt` in unix seconds. */
export type GroupInfo = Readonly<{
  groupId: string;
  subject: string;
  description: string | null;
  owner: string | null;
  createdAt: number | null;
  /** Only admins write; only admins change what the group is called and so on. */
  announce: boolean;
  locked: boolean;
  /** Everybody may add people, not admins alone. */
  memberAdd: boolean;
  /** Who joins by the invite must be let in by an admin. */
  joinApproval: boolean;
  /** Seconds after which messages disappear; 0: they stay. */
  disappearing: number;
  participants: readonly Readonly<{
    id: string;
    lid: string | null;
    role: 'member' | 'admin' | 'superadmin';
  }>[];
}>;

/** Somebody who asks to be let into a group. `at` in unix seconds. */
export type JoinRequest = Readonly<{
  id: string;
  lid: string | null;
  at: number | null;
  /** How: `invite_link`, `non_admin_add` and whatever else WhatsApp says. */
  method: string | null;
}>;

export type GroupChange = Readonly<{
  subject?: string | undefined;
  /** "" takes it away. */
  description?: string | undefined;
  announce?: boolean | undefined;
  locked?: boolean | undefined;
  memberAdd?: boolean | undefined;
  joinApproval?: boolean | undefined;
  disappearing?: number | undefined;
}>;

/** What a person sets for a chat, for nobody but themselves; what is not named stays. */
export type ChatSettings = Readonly<{
  archived?: boolean | undefined;
  pinned?: boolean | undefined;
  markedUnread?: boolean | undefined;
  /** Unix seconds, -1 for ever, null: no more. */
  mutedUntil?: number | null | undefined;
}>;

/** The account's own profile. */
type ProfileInfo = Readonly<{
  id: string;
  lid: string | null;
  name: string | null;
  about: string | null;
}>;

export type Checked = Readonly<{ phone: string; exists: boolean; jid: string | null; lid: string | null }>;

/** The newest message of a chat. `timestamp` in unix seconds. */
export type NewestMessage = Readonly<{ key: MessageKey; timestamp: number }>;

/** What may be asked of an account's open connection at once (`ask`), and what it answers; nothing is repeated by itself. */
type SessionCalls = Readonly<{
  /** Tells the authors that these were read, as far as the privacy settings let it. Answers once that is in the log. */
  read: { ask: Readonly<{ chat: string; keys: readonly MessageKey[] }>; answer: null };
  /** `last`: the newest message of the chat, null where none is known. Answers once the facts of it are in the log. */
  chatSettings: {
    ask: Readonly<{ chat: string; settings: ChatSettings; last: NewestMessage | null }>;
    answer: null;
  };
  /** Takes a chat, or all that was said there until `last`, from the account's devices. Otherwise as `chatSettings`. */
  chatRemove: {
    ask: Readonly<{ chat: string; what: 'chat' | 'messages'; last: NewestMessage | null }>;
    answer: null;
  };
  /** Stars a message, for nobody but the account itself. Answers once that is in the log. */
  star: { ask: Readonly<{ key: MessageKey; on: boolean }>; answer: null };
  presence: {
    ask: Readonly<{
      chat: string;
      /** `subscribe`: to be told from now on whether that person is there; all else is shown to them. */
      state: 'available' | 'unavailable' | 'composing' | 'recording' | 'paused' | 'subscribe';
    }>;
    answer: null;
  };
  /** Which phone numbers (digits) are on WhatsApp. */
  check: { ask: Readonly<{ phones: readonly string[] }>; answer: readonly Checked[] };
  block: { ask: Readonly<{ jid: string; on: boolean }>; answer: null };
  groups: { ask: Readonly<Record<string, never>>; answer: readonly GroupInfo[] };
  group: { ask: Readonly<{ jid: string }>; answer: GroupInfo };
  groupCreate: { ask: Readonly<{ subject: string; participants: readonly string[] }>; answer: GroupInfo };
  groupParticipants: {
    ask: Readonly<{
      jid: string;
      action: 'add' | 'remove' | 'promote' | 'demote';
      participants: readonly string[];
    }>;
    /** `status`: WhatsApp's code for each person, 200 where it was done. */
    answer: readonly Readonly<{ id: string; status: number }>[];
  };
  /** Who asks to be let in; admins are told. */
  groupRequests: { ask: Readonly<{ jid: string }>; answer: readonly JoinRequest[] };
  groupAnswer: {
    ask: Readonly<{ jid: string; action: 'approve' | 'reject'; participants: readonly string[] }>;
    /** As of `groupParticipants`; 404 for who does not ask. */
    answer: readonly Readonly<{ id: string; status: number }>[];
  };
  /** What is not named stays; answers the group as it is afterwards. */
  groupChange: { ask: Readonly<{ jid: string; change: GroupChange }>; answer: GroupInfo };
  /** The code that lets people in; with `revoke` a new one, the old being worth nothing any more. */
  groupInvite: { ask: Readonly<{ jid: string; revoke: boolean }>; answer: string };
  /** `waiting`: an admin has to let us in first. */
  groupJoin: { ask: Readonly<{ code: string }>; answer: Readonly<{ groupId: string; waiting: boolean }> };
  groupLeave: { ask: Readonly<{ jid: string }>; answer: null };
  /** A picture as base64 of a JPEG; null: one's own. `not_found` without one, `forbidden` where it is hidden. */
  picture: { ask: Readonly<{ jid: string | null; small: boolean }>; answer: string };
  /** `jpeg` in base64, null takes it away. `jid` is a group, null oneself. */
  pictureChange: { ask: Readonly<{ jid: string | null; jpeg: string | null }>; answer: null };
  profile: { ask: Readonly<Record<string, never>>; answer: ProfileInfo };
  profileChange: {
    ask: Readonly<{ name?: string | undefined; about?: string | undefined }>;
    answer: null;
  };
  callReject: { ask: Readonly<{ callId: string }>; answer: null };
  /** Eight letters and digits to be typed on the phone with this number; only while a QR code is on show. */
  pairingCode: { ask: Readonly<{ phone: string }>; answer: string };
}>;

type CallName = keyof SessionCalls;

/**
 * Asks the process that holds the account's connection. Throws `not_connected` where nobody does; `refused`,
 * `not_found`, `forbidden` or `throttled` as WhatsApp answers; `unavailable` where it does not answer.
 */
export type CallSession = <Name extends CallName>(
  account: string,
  name: Name,
  ask: SessionCalls[Name]['ask'],
) => Promise<SessionCalls[Name]['answer']>;

/** Carries the calls out, over one connection. */
export type SessionActs = {
  readonly [Name in CallName]: (ask: SessionCalls[Name]['ask']) => Promise<SessionCalls[Name]['answer']>;
};

/** Answers the calls for an account until the returned function is called. */
export type ServeCalls = (account: string, acts: SessionActs) => () => void;
