/** Stable, public names of everything that we refuse or fail at; `http/transport/errors.ts` gives each its status. */
export type ErrorCode =
  | 'invalid' // the request is wrong: the message names the field and what was expected
  | 'already_exists'
  | 'not_found'
  | 'not_connected' // the account is in a state in which it can't send
  | 'forbidden'
  | 'busy' // what it is about is being worked on, or in use
  | 'version_conflict' // a decision lost a race; the command handler decides again
  | 'idempotency_conflict' // one Idempotency-Key, two bodies
  | 'refused' // WhatsApp said no
  | 'throttled' // WhatsApp said not so fast
  | 'too_large'
  | 'unsupported' // not the kind of file that was asked for
  | 'unprocessable' // the kind of file that was asked for, but broken
  | 'gone' // WhatsApp's media hosts no longer have the file
  | 'upload_failed' // WhatsApp's media hosts did not take the file
  | 'unavailable' // NATS or MongoDB did not answer: the outcome is unknown, repeat with the same key
  | 'log_full' // the stream reached its max_bytes
  | 'misconfigured'; // an operator has to mend it: the message says how

/** Every error that is thrown on purpose. `message` is for people and may be shown to a client. */
export class WildcatError extends Error {
  override readonly name = 'WildcatError';
  readonly code: ErrorCode;
  /** Fields that the JSON answer carries beside `error`, e.g. `{status: 'disconnected'}`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { details?: Record<string, unknown> } = {},
  ) {
    super(message, options);
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Whether `error` is ours and bears `code`. */
export const hasCode = (error: unknown, code: ErrorCode): error is WildcatError =>
  error instanceof WildcatError && error.code === code;

/** What is answered where an event can't be read: it is of a newer version. What exactly is wrong with it is for logs. */
export const unreadable = (seq: number, cause?: unknown): WildcatError =>
  new WildcatError('unavailable', `Event ${seq} can't be read by this version of Wildcat: update it`, {
    cause,
  });

/** What a file above `maxBytes` is refused with, wherever that is noticed. */
export const fileTooLarge = (maxBytes: number): WildcatError =>
  new WildcatError('too_large', `File too large: ${Math.floor(maxBytes / 1_048_576)} MiB at most`);

/** What a thrown value says, for logs and reasons. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether it resolves. */
export const succeeds = (tried: Promise<unknown>): Promise<boolean> =>
  tried.then(
    () => true,
    () => false,
  );

/** What was thrown, as an error. */
export const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

/** The code that an error bears, be it ours, Node's or a library's: `not_found`, `ENOENT`, `UND_ERR_ABORTED`. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
