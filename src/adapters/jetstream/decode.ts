import type { JsMsg } from '@nats-io/jetstream';
import { asError } from '../../errors.ts';
import { decodeEvent } from '../../events/codec.ts';
import type { LogEntry } from '../../ports/event-log.ts';

/** What a stored message says. Never throws: what can't be read is an `undecodable` entry. */
export const decodeEntry = (message: Pick<JsMsg, 'subject' | 'seq' | 'string'>): LogEntry => {
  const { subject, seq } = message;
  const [, account = '', aggregate = '', name] = subject.split('.');
  if (name === 'version') return { kind: 'version', seq, account, aggregate };
  try {
    return { kind: 'event', seq, event: decodeEvent(subject, seq, message.string()) };
  } catch (error) {
    return { kind: 'undecodable', seq, subject, aggregate, error: asError(error) };
  }
};

const KEPT = 256;
/** Larger messages are decoded for each reader: a few hundred of them would fill the memory. */
const KEPT_BYTES = 8 * 1_024;

/**
 * As `decodeEntry`, for the followers of one log, who read the same events within moments of each other: each is decoded
 * once for all of them. A position alone names no message, since the log may have been replaced; with the time at which
 * it was stored (ns) it does.
 */
export const createDecoder = (): ((message: JsMsg) => LogEntry) => {
  const known = new Map<number, Readonly<{ storedAt: number; entry: LogEntry }>>();
  return (message) => {
    const { seq } = message;
    const storedAt = message.info.timestampNanos;
    const found = known.get(seq);
    if (found?.storedAt === storedAt) return found.entry;
    const entry = decodeEntry(message);
    if (message.data.length > KEPT_BYTES) return entry;
    known.delete(seq); // so that a Map's order is the order of use
    known.set(seq, { storedAt, entry });
    const [oldest] = known.size > KEPT ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return entry;
  };
};
