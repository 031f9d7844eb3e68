import type { WildcatEvent } from '../../events/codec.ts';
import { naturalKey } from '../../events/dedupe.ts';
import type { Core } from './core.ts';
import { createRecent } from './recent.ts';
import { receiptEvent } from './state-taps.ts';
import type { TapHandlers } from './tap.ts';
import { statusEvent } from './updates.ts';

/**
 * What reaches the log by way of Baileys' events: messages that no decryption brought (newsletters, plaintext, what
 * can't be read, missed calls) and the fate of what was sent. What the seam has logged is known and dropped.
 */
export const createMessageTaps = (
  { recorder, record, directory, recent }: Core,
  now: () => Date,
  onReceipt: () => void,
): TapHandlers => {
  // one receipt per device of the recipient says the same
  const statuses = createRecent([]);
  const isNews = (found: WildcatEvent, key: string): boolean =>
    // the server's answer to what Baileys sends by itself concerns nobody
    !statuses.has(key) && (found.type !== 'message.send_failed' || recent.isOwn(found.data.waId));

  const recordStatus = (found: WildcatEvent): void => {
    const key = naturalKey(found);
    if (key === null || !isNews(found, key)) return;
    statuses.add(key, undefined);
    const at = 'at' in found.data ? new Date(found.data.at * 1_000) : now();
    const source = { event: 'messages.update', offline: false };
    record({ event: recorder.fact(found, at.toISOString(), source), key: undefined });
  };

  return {
    'messages.upsert': ({ messages, type }) => {
      const source = { event: 'messages.upsert', offline: type === 'append' };
      for (const message of messages) {
        const verdict = recorder.judge(message, source);
        if (verdict.kind === 'new') record(verdict.pending);
      }
    },
    'message-receipt.update': (receipts) => {
      onReceipt();
      for (const receipt of receipts) {
        const found = receiptEvent(receipt, directory);
        if (found !== null) recordStatus(found);
      }
    },
    'messages.update': (updates) => {
      onReceipt();
      for (const update of updates) {
        const found = statusEvent(update, directory);
        if (found !== null) recordStatus(found);
      }
    },
  };
};
