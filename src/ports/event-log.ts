import type { WildcatEvent } from '../events/codec.ts';
import type { NewEvent, Recorded } from '../events/event.ts';

/** Where an append landed. `duplicate`: the log had it already, under this position. */
export type Appended = Readonly<{ seq: number; duplicate: boolean }>;

/** What is known of the stream: a position means something only together with `created`. */
export type StreamState = Readonly<{
  created: string;
  firstSeq: number;
  lastSeq: number;
  messages: number;
  bytes: number;
  /** -1: no limit. */
  maxBytes: number;
  /** Up to here events were exported and purged: what is to be built from them needs the archive. 0: never. */
  purgedUpto: number;
}>;

/** A stretch of the log: subjects (NATS wildcards allowed) after a position. */
export type Stretch = Readonly<{ subjects: readonly string[]; after: number }>;

export type EventLog = {
  /**
   * Appends a fact or an unfenced intent; resolves once it is stored (and fsynced, as the server is set up).
   * `key` names the event among its account's where the event alone does not (`naturalKey`); without either it is
   * unique. A time-out means unknown: the same id is sent again, up to 30 s; then `unavailable`. `log_full` when the
   * stream has reached its limit.
   */
  append: (event: NewEvent<WildcatEvent>, key?: string) => Promise<Appended>;
  /**
   * Appends a decision as one atomic batch with its aggregate's version subject, which must still stand at
   * `version`. Throws `version_conflict` if another decision came first, else as `append`.
   */
  appendDecision: (event: NewEvent<WildcatEvent>, version: number) => Promise<Appended & { version: number }>;
  /** Position of the last message of an aggregate, decisions and facts alike, 0 where there is none. */
  end: (account: string, aggregate: string) => Promise<number>;
  /** What stands at a position, null where it was never written or is erased. */
  at: (seq: number) => Promise<LogEntry | null>;
  /**
   * Position of the last entry of these subjects before one that `accepts`, 0 where there is none. Every entry that is
   * not accepted costs another search: for subjects that hold little else.
   */
  lastBefore: (
    stretch: Readonly<{ subjects: readonly string[]; before: number }>,
    accepts: (entry: LogEntry) => boolean,
  ) => Promise<number>;
  /** Position of the last entry that was appended before `time`, 0 where there is none. */
  before: (time: Date) => Promise<number>;
  /** Batches of what has arrived, in order, for ever; at most `max` events each, never empty. Ends with `signal`. */
  follow: (
    stretch: Stretch,
    options: { signal: AbortSignal; max?: number },
  ) => AsyncIterable<readonly LogEntry[]>;
  /**
   * Like `follow`, but ends once everything up to the stream's present end has been given, in batches as large as may
   * be (`max` events, a few MiB). `window`: how many messages may be under way, for those who want no more than a few.
   */
  read: (stretch: Stretch, options?: { max?: number; window?: number }) => AsyncIterable<readonly LogEntry[]>;
  /** As it is now; `unavailable` soon where the log does not answer, so that health can ask. */
  state: () => Promise<StreamState>;
  /** Erases an account's part of the log up to and excluding `before`; up to `rest` what is no `account.*` event. */
  purge: (account: string, before: number, rest?: number) => Promise<void>;
};

/**
 * One message of the stream. `version`: a decision's fence moved (readers but the command side skip it).
 * `undecodable`: this build can't read it; a view stops there, nobody skips it silently.
 */
export type LogEntry =
  | Readonly<{ kind: 'event'; seq: number; event: Recorded<WildcatEvent> }>
  | Readonly<{ kind: 'version'; seq: number; account: string; aggregate: string }>
  | Readonly<{ kind: 'undecodable'; seq: number; subject: string; aggregate: string; error: Error }>;
