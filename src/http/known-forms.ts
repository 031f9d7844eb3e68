import { setTimeout as sleep } from 'node:timers/promises';
import type { CallSession } from '../ports/session-calls.ts';

/** The JID by which WhatsApp knows a phone number (digits); null where it does not say soon, or nobody has it. */
export type KnownForm = (account: string, phone: string) => Promise<string | null>;

const LIMIT_MS = 3_000;
const MOST = 1_000;

/**
 * Asks WhatsApp, for 3 s at most, and remembers the last thousand answers: a number's form stays as it is, and who writes
 * to it by another one does so again.
 */
export const createKnownForms = (call: CallSession, limitMs = LIMIT_MS): KnownForm => {
  const known = new Map<string, string>();
  const ask = async (account: string, phone: string): Promise<string | null> => {
    const over = new AbortController();
    const asked = call(account, 'check', { phones: [phone] }).catch(() => []);
    const late = sleep(limitMs, [], { signal: over.signal });
    const [checked] = await Promise.race([asked, late]).finally(() => over.abort());
    return checked?.jid ?? null;
  };
  return async (account, phone) => {
    const found = known.get(phone);
    if (found !== undefined) return found;
    const jid = await ask(account, phone);
    if (jid === null) return null;
    const [oldest] = known.keys();
    if (known.size >= MOST && oldest !== undefined) known.delete(oldest);
    known.set(phone, jid);
    return jid;
  };
};
