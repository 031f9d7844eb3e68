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
  participants: readonly Readonly<{
    id: string;
    lid: string | null;
    role: 'member' | 'admin' | 'superadmin';
  }>[];
}>;

export type Checked = Readonly<{ phone: string; exists: boolean; jid: string | null; lid: string | null }>;

/** What may be asked of an account's open connection at once (`ask`), and what it answers; nothing is repeated by itself. */
export type SessionCalls = Readonly<{
  /** Tells the authors that these were read, as far as the privacy settings let it. */
  read: { ask: Readonly<{ chat: string; keys: readonly MessageKey[] }>; answer: null };
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
}>;

export type CallName = keyof SessionCalls;

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
