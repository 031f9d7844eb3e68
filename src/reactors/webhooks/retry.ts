import { isDelivered, type Posted } from '../../ports/webhooks.ts';

/** What an attempt's answer asks of the dispatcher. `wait`: ms until the next attempt; `hold`: ms for the whole webhook. */
export type Verdict =
  | Readonly<{ kind: 'delivered' }>
  | Readonly<{ kind: 'gone' }>
  | Readonly<{ kind: 'again'; wait: number; hold: number }>
  | Readonly<{ kind: 'exhausted' }>;

export type RetryRules = Readonly<{
  /** Waits before the second, third, … attempt, in ms. */
  schedule: readonly number[];
  /** 0 up to 1. */
  random: () => number;
}>;

const JITTER = 0.2;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Statuses with which a receiver says: not so fast. */
const THROTTLING = new Set([429, 502, 503, 504]);

type Answer = Pick<Posted, 'status' | 'retryAfterMs'>;

/**
 * What to do after attempt number `attempt` (from 1) was answered so. 2xx alone is success; every wait is up to a
 * fifth longer than the schedule says, so that a receiver that comes back is not hit by all at once.
 */
export const judge = (answer: Answer, attempt: number, { schedule, random }: RetryRules): Verdict => {
  const { status, retryAfterMs } = answer;
  if (isDelivered(answer)) return { kind: 'delivered' };
  if (status === 410) return { kind: 'gone' };
  const planned = schedule[attempt - 1];
  if (planned === undefined) return { kind: 'exhausted' };
  const asked = Math.min(retryAfterMs ?? 0, DAY_MS);
  const wait = Math.max(planned * (1 + JITTER * random()), asked);
  const hold = status !== null && THROTTLING.has(status) ? Math.min(asked, HOUR_MS) : 0;
  return { kind: 'again', wait: Math.round(wait), hold };
};
