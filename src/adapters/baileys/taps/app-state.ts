import { z } from 'zod';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Core } from '../core.ts';
import { type Entry, entryOf } from '../mends/entries.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { isName, madeAt, seconds, unixNow } from '../reading/fields.ts';

const time = z.unknown();
const action = z.object({
  messageRange: z.object({ lastMessageTimestamp: time, lastSystemMessageTimestamp: time }).nullish(),
});

/** Of a range, whose end are seconds; without one, of a change at `at`, all until then. */
const endOf = ({ messageRange: told }: z.infer<typeof action>, at: number): number =>
  Math.max(seconds(told?.lastMessageTimestamp), seconds(told?.lastSystemMessageTimestamp)) || at;

/**
 * That a chat was deleted or cleared, or null: all else is emitted. `now`: unix seconds, for an entry that does not say
 * when it was made.
 */
export const goneEvent = (
  { index, value }: Entry,
  directory: Directory,
  now: number,
): WildcatEvent | null => {
  const [kind, jid, keepsNone] = index;
  if (!isName(jid)) return null;
  const [deleted, cleared] = [value.deleteChatAction, value.clearChatAction].map(
    (told) => action.safeParse(told).data,
  );
  const chat = addressOf(jid, null, directory);
  const at = madeAt(value.timestamp, now);
  if (kind === 'deleteChat' && deleted)
    return { type: 'chat.deleted', data: { chat, at, upTo: endOf(deleted, at) } };
  if (kind !== 'clearChat' || !cleared) return null;
  return {
    type: 'chat.cleared',
    data: { chat, at, upTo: endOf(cleared, at), keepsStarred: keepsNone === '0' },
  };
};

/**
 * Hears Baileys' log, where deleted and cleared chats are found on their way. Of a cleared chat rc14 emits nothing, of a
 * deleted one nothing but its name, and that not at first; to its log it tells all.
 */
export const tapActions =
  ({ tell, directory, entries }: Pick<Core, 'tell' | 'directory' | 'entries'>, now: () => Date) =>
  (fields: unknown, text?: string): void => {
    const entry = entryOf(fields, text);
    if (entry === null) return;
    entries.note(entry);
    const found = goneEvent(entry, directory, unixNow(now));
    if (found !== null) tell(found, { event: 'app-state', offline: false });
  };
