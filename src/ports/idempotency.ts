/** What was answered under an Idempotency-Key, word for word. */
export type StoredAnswer = Readonly<{
  status: number;
  body: Readonly<Record<string, unknown>>;
}>;

/**
 * What came of claiming a key. `claimed`: it is this caller's now. `taken`: somebody used it before, for the request
 * with this hash and under this message id; `answer` is null while nothing final was answered.
 */
export type Claim =
  | Readonly<{ kind: 'claimed' }>
  | Readonly<{ kind: 'taken'; bodyHash: string; waId: string; answer: StoredAnswer | null }>;

/** Whose key: the account and its generation, so that a recreated account starts with no keys. */
export type KeyOwner = Readonly<{ account: string; gen: number }>;

/** Idempotency-Keys and their answers, kept for 48 hours: far beyond the log's dedupe window. */
export type Idempotency = {
  claim: (
    owner: KeyOwner,
    key: string,
    request: Readonly<{ bodyHash: string; waId: string }>,
  ) => Promise<Claim>;
  /** Keeps the final answer. The first one stays: a later one is ignored. */
  complete: (owner: KeyOwner, key: string, answer: StoredAnswer) => Promise<void>;
  /** Gives a key back where nothing was accepted under it (refused before the append). */
  release: (owner: KeyOwner, key: string) => Promise<void>;
  /** Forgets all keys of an account, of every generation. Repeatable. */
  eraseAccount: (account: string) => Promise<void>;
};
