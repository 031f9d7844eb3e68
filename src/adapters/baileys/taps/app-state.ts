import { z } from 'zod';
import type { WildcatEvent } from '../../../events/codec.ts';
import type { Core } from '../core.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { madeAt, seconds } from '../reading/fields.ts';

/** What rc14 writes to its log of each change of the app state, right before it emits what it makes of it. */
const ACTION = 'processing sync action';

const time = z.unknown();
const range = z.object({ lastMessageTimestamp: time, lastSystemMessageTimestamp: time }).nullish();
const action = z.object({
  syncAction: z.object({
    syncAction: z.object({
      value: z.object({
        timestamp: time,
        deleteChatAction: z.object({ messageRange: range }).nullish(),
        clearChatAction: z.object({ messageRange: range }).nullish(),
      }),
    }),
    /** What it is about: JSON within the app state, so anything. */
    index: z.tuple([z.string(), z.string().min(1)], z.unknown()),
  }),
});

/** Of a range, whose end are seconds; without one, of a change at `at`, all until then. */
const endOf = (told: z.infer<typeof range>, at: number): number =>
  Math.max(seconds(told?.lastMessageTimestamp), seconds(told?.lastSystemMessageTimestamp)) || at;

/**
 * That a chat was deleted or cleared, or null: all else is emitted. `now`: unix seconds, for an entry that does not say
 * when it was made.
 */
export const goneEvent = (fields: unknown, directory: Directory, now: number): WildcatEvent | null => {
  const told = action.safeParse(fields).data?.syncAction;
  if (told === undefined) return null;
  const { value } = told.syncAction;
  const [kind, jid, keepsNone] = told.index;
  const { deleteChatAction: deleted, clearChatAction: cleared } = value;
  const chat = addressOf(jid, null, directory);
  const at = madeAt(value.timestamp, now);
  if (kind === 'deleteChat' && deleted)
    return { type: 'chat.deleted', data: { chat, at, upTo: endOf(deleted.messageRange, at) } };
  if (kind !== 'clearChat' || !cleared) return null;
  const upTo = endOf(cleared.messageRange, at);
  return { type: 'chat.cleared', data: { chat, at, upTo, keepsStarred: keepsNone === '0' } };
};

/**
 * Hears Baileys' log, where deleted and cleared chats are found on their way. Of a cleared chat rc14 emits nothing, of a
 * deleted one nothing but its name, and that not at first; to its log it tells all (chat-utils.js, processSyncAction).
 */
export const tapActions =
  ({ tell, directory, entries }: Pick<Core, 'tell' | 'directory' | 'entries'>, now: () => Date) =>
  (fields: unknown, text?: string): void => {
    if (text !== ACTION) return;
    entries.note(fields);
    const found = goneEvent(fields, directory, Math.floor(now().getTime() / 1_000));
    if (found !== null) tell(found, { event: 'app-state', offline: false });
  };
