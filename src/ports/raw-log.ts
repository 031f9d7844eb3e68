import type { StreamState, Stretch } from './event-log.ts';

/** A message of the stream as it is stored, whatever this build makes of it. */
export type RawMessage = Readonly<{
  seq: number;
  subject: string;
  headers: Readonly<Record<string, string>>;
  payload: Uint8Array;
}>;

/** The log as bytes, for those who move it elsewhere. Nobody but an import appends here. */
export type RawLog = Readonly<{
  state: () => Promise<StreamState>;
  /** Batches in order up to and including `until`; ends early, without an error, with `signal`. */
  read: (
    stretch: Stretch & Readonly<{ until: number }>,
    signal: AbortSignal,
  ) => AsyncIterable<readonly RawMessage[]>;
  /** The newest message there is, null in an empty stream. */
  last: () => Promise<RawMessage | null>;
  /** The first message on `subject` (wildcards allowed) after a position; null where there is none. */
  next: (subject: string, after: number) => Promise<number | null>;
  /**
   * Appends some messages (1,000 at most), all or none of them, and only if the log still ends at `after`: of two
   * writers one is refused. Resolves with null once they are stored, else with why they are not, or may not be. Throws
   * `log_full` and whatever else sending again would not mend.
   */
  append: (after: number, messages: readonly Omit<RawMessage, 'seq'>[]) => Promise<string | null>;
  /**
   * Notes for good that events up to `upto` are gone, then purges these kinds of all accounts: aggregates
   * (`message`), or types of events (`contact.saved`). Repeatable.
   */
  purge: (upto: number, kinds: readonly string[]) => Promise<void>;
}>;
