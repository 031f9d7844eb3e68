import type { JsMsg } from '@nats-io/jetstream';
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
    return {
      kind: 'undecodable',
      seq,
      subject,
      error: error instanceof Error ? error : new Error(String(error)),
    };
  }
};
