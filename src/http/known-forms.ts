import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSession } from '../ports/session-calls.ts';

/** The JID by which WhatsApp knows a phone number (digits); null where it does not say soon, or nobody has it. */
export type KnownForm = (account: string, phone: string) => Promise<string | null>;

const LIMIT_MS = 3_000;
const MOST = 1_000;
/** Who polls a chat by such a number is not to ask WhatsApp as often. */
const NOBODY_MS = 60_000;

/**
 * Asks WhatsApp, for 3 s at most, and remembers the last thousand answers: a number's form stays as it is, and who writes
 * to it by another one does so again. That nobody has it holds for a minute. `now`: ms.
 */
export const createKnownForms = (call: CallSession, now: () => number, limitMs = LIMIT_MS): KnownForm => {
  const known = new Map<string, Readonly<{ jid: string | null; until: number }>>();
  /** Undefined where WhatsApp does not say. */
  const ask = async (account: string, phone: string): Promise<string | null | undefined> => {
    const over = new AbortController();
    const asked = call(account, 'check', { phones: [phone] }).catch(() => []);
    const late = sleep(limitMs, [], { signal: over.signal });
    const [checked] = await Promise.race([asked, late]).finally(() => over.abort());
    return checked?.jid;
  };
  return async (account, phone) => {
    const found = known.get(phone);
    if (found !== undefined && now() < found.until) return found.jid;
    const jid = await ask(account, phone);
    if (jid === undefined) return null;
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
    known.set(phone, { jid, until: jid === null ? now() + NOBODY_MS : Number.POSITIVE_INFINITY });
    return jid;
  };
};
