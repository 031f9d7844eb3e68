import type { AccountEvent } from '../../events/accounts.ts';

/** How a session ended. */
export type Close = Readonly<{
  /** WhatsApp's or Baileys' status code; null where our side ended it. */
  code: number | null;
  reason: string;
  /** Attributes that came with the code, e.g. the `expire` of a temporary ban. */
  data?: unknown;
  /** Whether there are credentials to log in with. */
  paired: boolean;
  /** How long it had been open, in ms; null if it never was. */
  openFor: number | null;
}>;

/** What earlier sessions of the account came to. `repeats`: how often in a row `code` came without an open. */
export type History = Readonly<{ attempts: number; code: number | null; repeats: number }>;

/** What follows: another socket after `delayMs`, or none until something else happens. `fact` is what the log is told. */
export type Verdict = Readonly<{ history: History; fact: AccountEvent }> &
  (Readonly<{ kind: 'retry'; delayMs: number }> | Readonly<{ kind: 'stop' }>);

type Env = Readonly<{ /** ms */ now: number /** 0..1 */; random: number }>;

export const NO_HISTORY: History = { attempts: 0, code: null, repeats: 0 };

const STABLE_MS = 60_000;
const MAX_DELAY_MS = 60_000;
const SERVER_MIN_MS = 30_000;
const SERVER_MAX_MS = 300_000;
/** A new socket at once is for the restart after pairing; a server that asks for it again and again gets a backoff. */
const MAX_RESTARTS = 3;
const MAX_BAD_SESSIONS = 5;
const MAX_ODD_ANSWERS = 3;

type Policy =
  | 'retry'
  | 'retry_slowly'
  | 'restart'
  | 'bad_session'
  | 'odd'
  | 'unusable'
  | 'pairing_expired'
  | 'replaced'
  | 'logged_out'
  | 'blocked'
  | 'outdated';

const POLICIES: Readonly<Record<number, Policy>> = {
  401: 'logged_out',
  402: 'blocked',
  403: 'blocked',
  405: 'outdated',
  406: 'blocked',
  408: 'retry',
  409: 'outdated',
  411: 'unusable',
  428: 'retry',
  440: 'replaced',
  500: 'bad_session',
  515: 'restart',
};

const isServerFault = (code: number): boolean => code >= 500 && code < 600;

// Baileys gives a refused upgrade the HTTP status as its code. A proxy's 401 is no unlinking: it must not erase keys.
const httpPolicy = (code: number): Policy => {
  if (code === 408) return 'retry';
  return isServerFault(code) ? 'retry_slowly' : 'odd';
};

const policyOf = ({ code, reason, paired }: Close): Policy => {
  if (code === null) return 'retry';
  if (reason.includes('Unexpected server response')) return httpPolicy(code);
  if (code === 408 && !paired && reason.includes('QR refs')) return 'pairing_expired';
  return POLICIES[code] ?? (isServerFault(code) ? 'retry_slowly' : 'odd');
};

/** Full jitter: what many accounts lost at once, they don't ask back at once. */
const fastDelay = (attempts: number, random: number): number =>
  Math.round(random * Math.min(MAX_DELAY_MS, 1_000 * 2 ** attempts));

const slowDelay = (attempts: number, random: number): number => {
  const most = Math.min(SERVER_MAX_MS, 2 * SERVER_MIN_MS * 2 ** attempts);
  return Math.round(SERVER_MIN_MS + random * (most - SERVER_MIN_MS));
};

/** When a temporary ban ends: `expire` is a number of seconds (whatsmeow, TemporaryBan). What is no time is not told. */
const banEnd = (data: unknown, now: number): string | undefined => {
  if (typeof data !== 'object' || data === null || !('expire' in data)) return undefined;
  const until = new Date(now + Number(data.expire) * 1_000);
  return until.getTime() > now ? until.toISOString() : undefined;
};

const remember = (history: History, { code, openFor }: Close): History => {
  const attempts = openFor !== null && openFor >= STABLE_MS ? 0 : history.attempts;
  const repeats = openFor === null && history.code === code ? history.repeats + 1 : 1;
  return { attempts, code, repeats };
};

/** Whether a policy that trusts the other side has been tried too often in a row. */
const isExhausted = (policy: Policy, { repeats }: History): boolean =>
  (policy === 'bad_session' && repeats >= MAX_BAD_SESSIONS) ||
  (policy === 'odd' && repeats >= MAX_ODD_ANSWERS);

const terminalFact = (policy: Policy, { code, reason, data }: Close, now: number): AccountEvent => {
  switch (policy) {
    case 'pairing_expired':
      return { type: 'account.pairing_expired', data: {} };
    case 'replaced':
    case 'outdated':
      return { type: `account.${policy}`, data: { code } };
    case 'logged_out':
      return { type: 'account.logged_out', data: { code, reason } };
    case 'blocked': {
      const until = code === 402 ? banEnd(data, now) : undefined;
      return { type: 'account.blocked', data: until === undefined ? { code } : { code, until } };
    }
    default:
      return { type: 'account.disconnected', data: { code, reason, retryAt: null } };
  }
};

/**
 * The reconnect table: what to do after a session has ended that nobody asked to end. Codes as in Baileys
 * 7.0.0-rc14, `Types/index.d.ts` DisconnectReason, and whatsmeow's ConnectFailureReason. Backoff is full jitter up
 * to min(60 s, 2^n s), 30 s to 5 min where the server is at fault; n starts anew after 60 s of connection.
 */
export const afterClose = (close: Close, before: History, { now, random }: Env): Verdict => {
  const history = remember(before, close);
  const policy = policyOf(close);
  const retry = (delayMs: number): Verdict => ({
    kind: 'retry',
    delayMs,
    history: { ...history, attempts: history.attempts + 1 },
    fact: {
      type: 'account.disconnected',
      data: { code: close.code, reason: close.reason, retryAt: new Date(now + delayMs).toISOString() },
    },
  });
  if (policy === 'restart' && history.repeats <= MAX_RESTARTS) {
    return {
      kind: 'retry',
      delayMs: 0,
      history,
      fact: { type: 'account.restarting', data: { code: close.code } },
    };
  }
  if (policy === 'retry_slowly') return retry(slowDelay(history.attempts, random));
  const transient =
    policy === 'retry' || policy === 'restart' || policy === 'bad_session' || policy === 'odd';
  if (transient && !isExhausted(policy, history)) return retry(fastDelay(history.attempts, random));
  return { kind: 'stop', history: NO_HISTORY, fact: terminalFact(policy, close, now) };
};
