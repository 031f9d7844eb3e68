import { hash } from 'node:crypto';
import type { WildcatEvent } from './codec.ts';
import { keyOf } from './ids.ts';

const PLAIN = /^[A-Za-z0-9_-]{1,128}$/;

// A sender chooses his message ids: what could break a header or a document id goes in as a hash.
const token = (waId: string): string => (PLAIN.test(waId) ? waId : `h${hash('sha256', waId).slice(0, 40)}`);

type Identified = Readonly<{ waId: string; chat: { jid: string }; from: { jid: string } | null }>;

/**
 * Identity of a message within its account: `me/{waId}` for own ones, else `{chat}/{author}/{waId}`. Chat and
 * author belong to it because the sender chooses the id, and must not be able to shadow somebody else's message.
 */
export const messageIdentity = (data: Identified, fromMe: boolean): string =>
  fromMe
    ? `me/${token(data.waId)}`
    : `${keyOf(data.chat.jid)}/${keyOf(data.from?.jid ?? '')}/${token(data.waId)}`;

/**
 * What makes two appends the same event, or null where only the caller knows (decisions, connection facts).
 * Prefixed with account and generation it is the `Nats-Msg-Id`.
 */
export const naturalKey = (event: WildcatEvent): string | null => {
  switch (event.type) {
    case 'message.received':
      return `m/${messageIdentity(event.data, false)}`;
    case 'message.sent_elsewhere':
      return `m/${messageIdentity(event.data, true)}`;
    case 'message.edited':
    case 'message.revoked':
    case 'message.reacted':
    case 'message.pinned':
    case 'message.unpinned':
    case 'poll.vote_cast':
    case 'chat.disappearing_changed':
    case 'group.member_tagged':
      return `m/${messageIdentity(event.data, event.data.fromMe)}`;
    case 'message.deleted_for_me': {
      const { chat, target } = event.data;
      return `md/${messageIdentity({ waId: target.waId, chat, from: target.author }, target.fromMe)}`;
    }
    case 'message.imported':
      // not that of the same message coming in: who waits for news must hear of it even so
      return `mi/${messageIdentity(event.data, event.data.fromMe)}`;
    case 'chat.imported':
      return `ci/${keyOf(event.data.chat.jid)}/${event.data.part}`;
    case 'history.part_imported':
      return `hist/${event.data.part}`;
    case 'message.undecryptable':
      return `mu/${messageIdentity(event.data, event.data.fromMe === true)}/${event.data.retry}`;
    case 'message.send_requested':
      return `req/${token(event.data.waId)}`;
    case 'message.send_attempted':
      return `att/${token(event.data.waId)}/${event.data.attempt}`;
    case 'message.sent':
      return `sent/${token(event.data.waId)}`;
    case 'message.send_failed':
      return `nack/${token(event.data.waId)}/${event.data.code ?? event.data.phase}`;
    case 'message.send_unknown':
      return `unknown/${token(event.data.waId)}`;
    case 'message.status_changed':
      return `st/${token(event.data.waId)}/${event.data.status}`;
    case 'media.requested':
      return `mr/${messageIdentity(event.data, event.data.fromMe)}`;
    case 'media.stored':
      return `ms/${messageIdentity(event.data, event.data.fromMe)}`;
    case 'media.failed':
      return `mf/${messageIdentity(event.data, event.data.fromMe)}/${event.data.attempt}`;
    case 'message.receipt_received':
      return `rc/${token(event.data.waId)}/${keyOf(event.data.by.jid)}/${event.data.status}`;
    case 'message.system':
    case 'group.created':
    case 'group.participants_added':
    case 'group.participants_removed':
    case 'group.participants_left':
    case 'group.participants_promoted':
    case 'group.participants_demoted':
    case 'group.number_changed':
    case 'group.subject_changed':
    case 'group.description_changed':
    case 'group.settings_changed':
    case 'group.invite_changed':
    case 'group.picture_changed':
    case 'group.join_requested':
      return `g/${keyOf(event.data.chat.jid)}/${token(event.data.waId)}/${event.type}`;
    case 'call.offered':
    case 'call.accepted':
    case 'call.rejected':
    case 'call.ended':
    case 'call.missed':
      return `${event.type}/${keyOf(event.data.chat.jid)}/${token(event.data.callId)}`;
    case 'contact.picture_changed': {
      const { chat, pictureId, timestamp } = event.data;
      return `pic/${keyOf(chat.jid)}/${token(pictureId ?? String(timestamp))}`;
    }
    case 'contact.picture_removed':
      return `pic/${keyOf(event.data.chat.jid)}/none/${event.data.timestamp}`;
    case 'webhook.delivery_exhausted':
      return `exhausted/${event.data.deliveryId}`;
    case 'webhook.refused':
      return `refused/${event.data.targetRef}`;
    case 'identity.linked':
      return `lid/${keyOf(event.data.lid)}/${keyOf(event.data.pn)}`;
    default:
      return null;
  }
};

/** The `Nats-Msg-Id` of an event. `gen` is in it because a purge does not clear the server's dedupe table. */
export const messageId = (event: { account: string; gen: number }, key: string): string =>
  `${event.account}.${event.gen}/${key}`;
