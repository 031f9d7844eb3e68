import {
  type BaileysEventMap,
  proto,
  type WAMessageKey,
  WAMessageStubType,
  type WAMessageUpdate,
} from '@whiskeysockets/baileys';
import type { WildcatEvent } from '../../../events/codec.ts';
import { naturalKey } from '../../../events/dedupe.ts';
import type { Core } from '../core.ts';
import { createRecent } from '../output-commit/recent.ts';
import { addressOf, type Directory, isMe } from '../reading/addresses.ts';
import { unixNow, whole } from '../reading/fields.ts';
import { statusEvent } from '../reading/updates.ts';
import { markEvent } from './marks.ts';
import { receiptEvent } from './state.ts';
import type { TapHandlers } from './tap.ts';

const { Status } = proto.WebMessageInfo;
const { GROUP_CREATE } = WAMessageStubType;
const READ: ReadonlySet<unknown> = new Set([Status.READ, Status.PLAYED]);

/** Whether a receipt says that another device of ours read a message of somebody else. */
const isRead = ({ fromMe }: WAMessageKey, { status }: WAMessageUpdate['update']): boolean =>
  fromMe !== true && READ.has(status);

/** The same in a group, where a receipt names who read. */
const readHere = (
  { userJid, readTimestamp }: BaileysEventMap['message-receipt.update'][number]['receipt'],
  directory: Directory,
): boolean => Boolean(userJid && readTimestamp) && isMe(userJid ?? '', directory);

/**
 * What reaches the log by way of Baileys' events: messages that no decryption brought (newsletters, plaintext, what
 * can't be read, missed calls), the fate of what was sent, and what a person marks. What the seam has logged is known and dropped.
 */
export const createMessageTaps = (core: Core, now: () => Date, onReceipt: () => void): TapHandlers => {
  const { recorder, record, tell, directory, recent } = core;
  // one receipt per device of the recipient says the same
  const statuses = createRecent([]);
  /** Of groups that we have just come into, until the notice of it comes right after. */
  const timers = new Map<string, number>();
  const isNews = (found: WildcatEvent, key: string): boolean =>
    // the server's answer to what Baileys sends by itself concerns nobody
    !statuses.has(key) && (found.type !== 'message.send_failed' || recent.isOwn(found.data.waId));

  const recordStatus = (found: WildcatEvent): void => {
    const key = naturalKey(found);
    if (key === null || !isNews(found, key)) return;
    statuses.add(key, undefined);
    tell(found, { event: 'messages.update', offline: false });
  };

  /** Of all that one receipt names, the chat was read. */
  const readElsewhere = (keys: readonly WAMessageKey[]): void => {
    for (const jid of new Set(keys.flatMap(({ remoteJid }) => remoteJid ?? []))) {
      const found: WildcatEvent = {
        type: 'chat.marked_read',
        data: { chat: addressOf(jid, null, directory) },
      };
      tell(found, { event: 'messages.update', offline: false });
    }
  };

  const recordMark = (type: Parameters<typeof markEvent>[0], event: string, key: WAMessageKey): void => {
    const found = markEvent(type, key, core, unixNow(now));
    if (found !== null) tell(found, { event, offline: false });
  };

  return {
    'groups.upsert': (groups) => {
      for (const { id, ephemeralDuration } of groups) timers.set(id, whole(ephemeralDuration ?? 0) ?? 0);
    },
    'messages.upsert': ({ messages, type }) => {
      const source = { event: 'messages.upsert', offline: type === 'append' };
      for (const message of messages) {
        const timer = timers.get(message.key.remoteJid ?? '');
        const verdict = recorder.judge(message, source, { timer });
        if (message.messageStubType === GROUP_CREATE) timers.delete(message.key.remoteJid ?? '');
        if (verdict.kind === 'new') record(verdict.pending);
      }
    },
    'message-receipt.update': (receipts) => {
      onReceipt();
      readElsewhere(receipts.flatMap(({ key, receipt }) => (readHere(receipt, directory) ? [key] : [])));
      for (const receipt of receipts) {
        const found = receiptEvent(receipt, directory);
        if (found !== null) recordStatus(found);
      }
    },
    'messages.delete': (gone) => {
      const keys = 'keys' in gone ? gone.keys : [];
      for (const key of keys) recordMark('message.deleted_for_me', 'messages.delete', key);
    },
    'messages.update': (updates) => {
      onReceipt();
      readElsewhere(updates.flatMap(({ key, update }) => (isRead(key, update) ? [key] : [])));
      for (const update of updates) {
        const found = statusEvent(update, directory);
        if (found !== null) recordStatus(found);
        const { starred } = update.update;
        if (typeof starred === 'boolean')
          recordMark(starred ? 'message.starred' : 'message.unstarred', 'messages.update', update.key);
      }
    },
  };
};
