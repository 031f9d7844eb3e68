import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Event } from '../../src/events/event.ts';
import type { Address } from '../../src/events/ids.ts';
import type { ImportEvent } from '../../src/events/imports.ts';

type DataOf<Type extends WildcatEvent['type']> = Extract<WildcatEvent, { type: Type }>['data'];
type Made<Type extends WildcatEvent['type']> = Event<Type, DataOf<Type>>;

export const ANN: Address = { jid: '100000000000001@lid', alt: '4915100000001@s.whatsapp.net' };
export const ANN_PN: Address = { jid: '4915100000001@s.whatsapp.net' };
export const BOB: Address = { jid: '100000000000002@lid', alt: '4915100000002@s.whatsapp.net' };
export const ME: Address = { jid: '100000000000009@lid', alt: '4915100000009@s.whatsapp.net' };
export const GROUP: Address = { jid: '120363000000000001@g.us' };

/** 2026-01-01T00:00:00Z in unix seconds. */
export const NOW = 1_767_225_600;

export const received = (
  waId: string,
  over: Partial<DataOf<'message.received'>> = {},
): Made<'message.received'> => ({
  type: 'message.received',
  data: {
    waId,
    chat: ANN,
    from: ANN,
    timestamp: NOW,
    content: { type: 'text', text: `text of ${waId}` },
    ...over,
  },
});

export const sentElsewhere = (
  waId: string,
  over: Partial<DataOf<'message.sent_elsewhere'>> = {},
): Made<'message.sent_elsewhere'> => ({
  type: 'message.sent_elsewhere',
  data: { ...received(waId).data, from: ME, ...over },
});

export const sendRequested = (
  waId: string,
  over: Partial<DataOf<'message.send_requested'>> = {},
): Made<'message.send_requested'> => ({
  type: 'message.send_requested',
  data: {
    waId,
    chat: ANN,
    to: ANN.jid,
    from: ME,
    timestamp: NOW,
    content: { type: 'text', text: `text of ${waId}` },
    bodyHash: '00',
    ...over,
  },
});

export const sent = (waId: string): Made<'message.sent'> => ({
  type: 'message.sent',
  data: { waId, chat: ANN, timestamp: NOW + 1, evidence: 'ack' },
});

export const sendFailed = (waId: string, reason = 'refused'): Made<'message.send_failed'> => ({
  type: 'message.send_failed',
  data: { waId, chat: ANN, code: 400, reason, phase: 'server' },
});

export const sendUnknown = (waId: string): Made<'message.send_unknown'> => ({
  type: 'message.send_unknown',
  data: { waId, chat: ANN, attempts: 3 },
});

export const statusChanged = (
  waId: string,
  status: DataOf<'message.status_changed'>['status'],
  at = NOW + 2,
): Made<'message.status_changed'> => ({
  type: 'message.status_changed',
  data: { waId, chat: ANN, status, at },
});

export const undecryptable = (
  waId: string,
  over: Partial<DataOf<'message.undecryptable'>> = {},
): Made<'message.undecryptable'> => ({
  type: 'message.undecryptable',
  data: { waId, chat: ANN, from: ANN, timestamp: NOW, reason: 'no session', retry: 0, ...over },
});

type About = Readonly<{ waId?: string; fromMe?: boolean; by?: Address; chat?: Address; timestamp?: number }>;

const about = (target: Readonly<{ waId: string; fromMe?: boolean; author?: Address }>, over: About) => ({
  waId: over.waId ?? `about-${target.waId}`,
  fromMe: over.fromMe ?? false,
  chat: over.chat ?? ANN,
  from: over.by ?? ANN,
  timestamp: over.timestamp ?? NOW + 5,
  target: { waId: target.waId, fromMe: target.fromMe ?? false, author: target.author ?? ANN },
});
type Target = Parameters<typeof about>[0];

export const edited = (target: Target, text: string, over: About = {}): Made<'message.edited'> => ({
  type: 'message.edited',
  data: { ...about(target, over), content: { type: 'text', text } },
});

export const revoked = (
  target: Target,
  { byAdmin, ...over }: About & Readonly<{ byAdmin?: boolean }> = {},
): Made<'message.revoked'> => ({
  type: 'message.revoked',
  data: { ...about(target, over), ...(byAdmin === undefined ? {} : { byAdmin }) },
});

export const reacted = (target: Target, emoji: string, over: About = {}): Made<'message.reacted'> => ({
  type: 'message.reacted',
  data: { ...about(target, over), emoji },
});

export const pinned = (
  target: Target,
  { seconds, declared, ...over }: About & Readonly<{ seconds?: number; declared?: boolean }> = {},
): Made<'message.pinned' | 'message.unpinned'> => {
  const data = { ...about(target, over), ...(declared === undefined ? {} : { declared }) };
  return seconds === 0
    ? { type: 'message.unpinned', data }
    : { type: 'message.pinned', data: { ...data, ...(seconds === undefined ? {} : { seconds }) } };
};

/** Starred, not starred any more, or deleted for the account alone. */
export const marked = (
  type: 'message.starred' | 'message.unstarred' | 'message.deleted_for_me',
  { waId, fromMe = false, author = ANN }: Target,
  { chat = ANN, at = NOW + 5 }: Readonly<{ chat?: Address; at?: number }> = {},
): Made<typeof type> => ({ type, data: { chat, at, target: { waId, fromMe, author } } });

/** `options` are hashes. */
export const voted = (target: Target, options: string[], over: About = {}): Made<'poll.vote_cast'> => ({
  type: 'poll.vote_cast',
  data: { ...about(target, over), options },
});

/** A wish about another message. */
export const remarkRequested = (
  waId: string,
  remark: NonNullable<DataOf<'message.send_requested'>['remark']>,
  over: Partial<DataOf<'message.send_requested'>> = {},
): Made<'message.send_requested'> =>
  sendRequested(waId, { content: { type: 'system', text: null }, remark, ...over });

/** What the phone remembers of a message. */
export const imported = (
  waId: string,
  over: Partial<Extract<ImportEvent, { type: 'message.imported' }>['data']> = {},
): Extract<ImportEvent, { type: 'message.imported' }> => ({
  type: 'message.imported',
  data: { ...received(waId).data, fromMe: false, ...over },
});

export const linked = (
  lid = ANN.jid,
  pn = ANN_PN.jid,
): Event<'identity.linked', { lid: string; pn: string }> => ({
  type: 'identity.linked',
  data: { lid, pn },
});

export const created = (collectionName = 'auth_shop') =>
  ({ type: 'account.created', data: { name: 'Shop', collectionName } }) as const;

export const deleted = (collectionName = 'auth_shop') =>
  ({ type: 'account.deleted', data: { collectionName } }) as const;

/** Somebody of the group got or read it. */
export const receipt = (
  waId: string,
  by: Address,
  status: 'delivered' | 'read',
  at = NOW + 2,
): Made<'message.receipt_received'> => ({
  type: 'message.receipt_received',
  data: { waId, chat: GROUP, by, status, at },
});
