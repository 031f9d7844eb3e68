import type { WildcatEvent } from '../../../src/events/codec.ts';
import type { Recorded } from '../../../src/events/event.ts';

export const NOW = Date.parse('2026-01-02T03:04:05.000Z');
const chat = { jid: '4915100000001@s.whatsapp.net' };

type Data = WildcatEvent extends infer E
  ? E extends { type: infer T; data: infer D }
    ? [T, D]
    : never
  : never;

/** A send event as the log gives it back, with fixed surroundings. */
export const recorded = (seq: number, ...[type, data]: Data): Recorded<WildcatEvent> =>
  ({
    id: `e${seq}`,
    v: 1,
    account: 'shop',
    gen: 1,
    at: new Date(NOW).toISOString(),
    occurredAt: new Date(NOW).toISOString(),
    seq,
    type,
    data,
  }) as Recorded<WildcatEvent>; // type and data come as a pair of the catalogue

export const requested = (seq: number, waId: string) =>
  recorded(seq, 'message.send_requested', {
    waId,
    chat,
    to: chat.jid,
    from: null,
    timestamp: NOW / 1_000,
    content: { type: 'text', text: waId },
    bodyHash: '',
  });
export const attempted = (seq: number, waId: string, attempt = 1) =>
  recorded(seq, 'message.send_attempted', { waId, chat, attempt });
export const sent = (seq: number, waId: string) =>
  recorded(seq, 'message.sent', { waId, chat, timestamp: 1, evidence: 'ack' });
export const failed = (seq: number, waId: string) =>
  recorded(seq, 'message.send_failed', { waId, chat, code: 463, reason: '', phase: 'server' });
export const unknown = (seq: number, waId: string) =>
  recorded(seq, 'message.send_unknown', { waId, chat, attempts: 3 });
export const receipt = (seq: number, waId: string, at = 7) =>
  recorded(seq, 'message.status_changed', { waId, chat, status: 'delivered', at });
/** As `receipt`, of one member of a group. */
export const readBy = (seq: number, waId: string, at = 7) =>
  recorded(seq, 'message.receipt_received', { waId, chat, by: chat, status: 'read', at });
