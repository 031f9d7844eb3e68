import type { Asked } from '../commands/handle.ts';
import { requireSender, type SendCommand } from '../commands/messages.ts';
import type { Outcome } from '../commands/outcomes.ts';
import { hasCode, WildcatError } from '../errors.ts';
import type { KeyOwner } from '../ports/idempotency.ts';
import type { OwnSend } from '../queries/stored-messages.ts';
import { askedBy, freshViews, requireAccount } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { keyedMessageId, randomMessageId } from './message-ids.ts';
import type { Answer, RequestInfo } from './route.ts';
import { finalAnswer, type SendResponses } from './schemas/sends.ts';
import { idempotencyKey, type Preferences, preferences } from './transport/preferences.ts';

export type SendAnswer = Answer<SendResponses>;

/** What is to be said, with all that it refers to looked up. */
export type Composed = Omit<SendCommand, 'waId' | 'timestamp' | 'bodyHash' | 'queue'>;

/** Content of what says nothing by itself. */
export const UNSAID = { type: 'system', text: null } as const;

/** A send that is asked for: what tells it from others (`requestHash`), and how it comes to be once it may be sent. */
export type Wanted = Readonly<{ bodyHash: string; compose: () => Promise<Composed> }>;

/** The same under the id that it will have, and how its sender wants to be answered. */
type Send = Wanted & Preferences & Readonly<{ account: string; waId: string; asked: Asked }>;

const notSent = (outcome: Extract<Outcome, { kind: 'failed' }>): [422 | 429 | 502, string] => {
  if (outcome.code === 429) return [429, 'WhatsApp throttles this account: try again later'];
  if (outcome.phase === 'expired') return [502, 'WhatsApp could not be reached in time'];
  if (outcome.phase === 'upload') return [502, 'WhatsApp did not take the file'];
  return [422, 'WhatsApp refused the message'];
};

/** The answer to a send whose outcome is known, or (null) still open. */
const answerOf = ({ account, waId }: Send, outcome: Outcome | null): SendAnswer => {
  if (outcome?.kind === 'sent') {
    const body = { ok: true, messageId: waId, timestamp: outcome.timestamp, status: 'sent' } as const;
    return { status: 200, body, seq: outcome.seq };
  }
  if (outcome?.kind === 'failed') {
    const [status, error] = notSent(outcome);
    return { status, body: { ok: false, error, messageId: waId, reason: outcome.reason }, seq: outcome.seq };
  }
  const headers = { Location: `/accounts/${account}/messages/${waId}` };
  const body = { ok: true, messageId: waId, status: outcome === null ? 'queued' : 'unknown' } as const;
  return { status: 202, body, headers, ...(outcome === null ? {} : { seq: outcome.seq }) };
};

/** The outcome that a view tells: for repeats that come long after the event. */
const outcomeIn = ({ status, timestamp, error }: OwnSend): Outcome | null => {
  if (!status || status === 'queued') return null;
  if (status === 'unknown') return { kind: 'unknown', seq: 0 };
  if (status !== 'failed') return { kind: 'sent', seq: 0, timestamp };
  return { kind: 'failed', seq: 0, code: null, reason: error ?? 'unknown', phase: 'server' };
};

const append = async (deps: HttpDeps, send: Send): Promise<number> => {
  const { account, waId, compose, bodyHash, queue, asked } = send;
  requireSender(deps.accounts.current(account).state, queue);
  const composed = await compose();
  const timestamp = Math.floor(deps.now().getTime() / 1_000);
  return (await deps.send(account, { waId, timestamp, bodyHash, queue, ...composed }, asked)).seq;
};

/** The outcome, waited for unless a view tells it; of a failure the view does not tell which one, the log does. */
const outcomeAfter = async (
  { outcome, failure }: HttpDeps,
  { account, waId, waitMs }: Send,
  existing: OwnSend | null,
): Promise<Outcome | null> => {
  const told = existing === null ? null : outcomeIn(existing);
  if (existing === null || told === null) return outcome(account, waId, waitMs);
  if (told.kind !== 'failed') return told;
  const { chat } = existing;
  return (await outcome(account, waId, 0)) ?? (await failure(account, { waId, chat })) ?? told;
};

/** Appends the request unless an earlier one under the same key did, and answers with the outcome or `queued`. */
const carryOut = async (deps: HttpDeps, send: Send, mayExist: boolean): Promise<SendAnswer> => {
  const existing = mayExist ? await deps.queries.ownSend(send.account, send.waId) : null;
  const seq = existing === null ? await append(deps, send) : 0;
  const outcome = await outcomeAfter(deps, send, existing);
  return { seq, ...answerOf(send, outcome) };
};

const asReplay = (answer: SendAnswer): SendAnswer => ({
  ...answer,
  headers: { ...answer.headers, 'Idempotent-Replay': 'true' },
});

/** Should it fail, the message is on its way all the same, and a repeat finds it in the views. */
const keep = async (deps: HttpDeps, owner: KeyOwner, key: string, answer: SendAnswer): Promise<void> => {
  try {
    await deps.idempotency.complete(owner, key, { status: answer.status, body: answer.body });
  } catch (error) {
    deps.logger.warn({ err: error, account: owner.account }, 'answer was not kept for repeats');
  }
};

const REFUSALS = [
  ...(['not_found', 'not_connected', 'invalid', 'forbidden', 'refused'] as const),
  ...(['unsupported', 'unprocessable', 'too_large'] as const),
];

/** Refused before anything was appended: the key is as good as unused. */
const isRefusal = (error: unknown): boolean => REFUSALS.some((code) => hasCode(error, code));

const underKey = async (deps: HttpDeps, owner: KeyOwner, key: string, send: Send): Promise<SendAnswer> => {
  const { bodyHash, waId } = send;
  const claim = await deps.idempotency.claim(owner, key, { bodyHash, waId });
  const repeated = claim.kind === 'taken';
  if (repeated && claim.bodyHash !== bodyHash) {
    throw new WildcatError('idempotency_conflict', 'This Idempotency-Key was used for another request');
  }
  if (repeated && claim.answer !== null) return asReplay(finalAnswer.parse(claim.answer));
  try {
    // the log's own recognition ends after minutes, and views may be behind after a kill: nothing is better than twice
    if (repeated)
      await freshViews(deps, 'What became of the earlier request is not known yet: repeat it later');
    const answer = await carryOut(deps, repeated ? { ...send, waId: claim.waId } : send, true);
    if (answer.status !== 202) await keep(deps, owner, key, answer);
    return repeated ? asReplay(answer) : answer;
  } catch (error) {
    if (!repeated && isRefusal(error)) await deps.idempotency.release(owner, key);
    throw error;
  }
};

/**
 * Sends what is wanted, once however often it is asked for under one Idempotency-Key, and answers with the outcome,
 * or 202 where that is still open after the wait. A client that goes away cancels nothing: what was appended is sent.
 */
export const sendOnce = async (
  deps: HttpDeps,
  account: string,
  request: RequestInfo,
  wanted: Wanted,
): Promise<SendAnswer> => {
  const owner = { account, gen: requireAccount(deps, account).gen };
  const key = idempotencyKey(request.header('idempotency-key'));
  const send: Send = {
    account,
    waId:
      key === null
        ? randomMessageId()
        : keyedMessageId(deps.idempotencySecret, owner, { key, bodyHash: wanted.bodyHash }),
    asked: askedBy(request),
    ...wanted,
    ...preferences(request.header('prefer')),
  };
  return key === null ? carryOut(deps, send, false) : underKey(deps, owner, key, send);
};
