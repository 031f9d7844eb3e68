import type { ContactEvent } from '../../events/contacts.ts';
import type { Address } from '../../events/ids.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { addressOf, type Directory } from './reading/addresses.ts';

/** That somebody was blocked, or is no longer. */
export type Block = Extract<ContactEvent, { type: 'contact.blocked' | 'contact.unblocked' }>;

const isBlock = (event: { type: string }): event is Block =>
  event.type === 'contact.blocked' || event.type === 'contact.unblocked';

/** What the log holds of whom an account has blocked, in order. An event that can't be read is left out. */
export const readBlocks = async (log: Pick<EventLog, 'read'>, account: string): Promise<readonly Block[]> => {
  const subjects = ['blocked', 'unblocked'].map((type) => `wildcat.${account}.contact.${type}.>`);
  const blocks: Block[] = [];
  for await (const batch of log.read({ subjects, after: 0 }))
    for (const entry of batch) if (entry.kind === 'event' && isBlock(entry.event)) blocks.push(entry.event);
  return blocks;
};

/** What has to be told so that the log says who is `listed` as blocked; nothing of those of whom it says so. Pure. */
export const blockChanges = (
  told: readonly Block[],
  listed: readonly Address[],
  directory: Directory,
): readonly Block[] => {
  const known = new Map<string, Readonly<{ chat: Address; type: Block['type'] }>>();
  for (const { type, data } of told) {
    // the LID may have been learnt since
    const chat = addressOf(data.chat.jid, data.chat.alt, directory);
    known.set(chat.jid, { chat, type });
  }
  const blocked = new Map(listed.map((chat) => [chat.jid, chat]));
  const isKnown = (jid: string): boolean => known.get(jid)?.type === 'contact.blocked';
  return [
    ...[...known.values()]
      .filter(({ chat }) => isKnown(chat.jid) && !blocked.has(chat.jid))
      .map(({ chat }) => ({ type: 'contact.unblocked' as const, data: { chat } })),
    ...[...blocked.values()]
      .filter(({ jid }) => !isKnown(jid))
      .map((chat) => ({ type: 'contact.blocked' as const, data: { chat } })),
  ];
};
