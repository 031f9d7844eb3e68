import { z } from 'zod';

/** What rc14 writes to its log of each entry of the app state, right before it emits what it makes of it. */
const ACTION = 'processing sync action';

const line = z.object({
  syncAction: z.object({
    index: z.array(z.unknown()),
    syncAction: z.object({
      value: z
        .object({ timestamp: z.unknown(), deleteChatAction: z.unknown(), clearChatAction: z.unknown() })
        .nullish(),
    }),
  }),
});

/**
 * An entry of the app state. `index`: its kind and chat, of a message then its id, whether it is ours and in a group its
 * author or "0"; JSON of other devices, so anything. `timestamp`: when it was made (unix ms).
 */
export type Entry = Readonly<{
  index: readonly unknown[];
  value: Readonly<{ timestamp?: unknown; deleteChatAction?: unknown; clearChatAction?: unknown }>;
}>;

/** The entry that a line of rc14's log is about (chat-utils.js, processSyncAction), null where that is something else. */
export const entryOf = (fields: unknown, text?: string): Entry | null => {
  const found = text === ACTION ? line.safeParse(fields).data?.syncAction : undefined;
  return found === undefined ? null : { index: found.index, value: found.syncAction.value ?? {} };
};

/** Of an entry about a message: who wrote that, as the chat names him, and when the entry was made (unix ms). */
type About = Readonly<{ author: string | null; at: unknown }>;

export type Entries = Readonly<{
  note: (entry: Entry) => void;
  /** What the entry that Baileys is telling of just now has, as far as it is about this message. */
  about: (key: Readonly<{ remoteJid?: unknown; id?: unknown }>) => About;
}>;

/**
 * What rc14 leaves out where it tells of a star or a deletion: in a group an id alone names no message. The line that
 * it logs right before, in the same turn, has the whole entry.
 */
export const createEntries = (): Entries => {
  let latest: Entry = { index: [], value: {} };
  return {
    note: (entry) => {
      latest = entry;
    },
    about: ({ remoteJid, id }) => {
      const { index, value } = latest;
      const [, chat, waId, , author] = index;
      if (chat !== remoteJid || waId !== id) return { author: null, at: null };
      const isNamed = typeof author === 'string' && author.includes('@');
      return { author: isNamed ? author : null, at: value.timestamp };
    },
  };
};
