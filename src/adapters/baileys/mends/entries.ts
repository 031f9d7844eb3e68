import { z } from 'zod';

/** Of an entry of the app state about a message: who wrote that, as the chat names him, and when it was made (unix ms). */
type Entry = Readonly<{ author: string | null; at: unknown }>;

export type Entries = Readonly<{
  /** Takes what Baileys has written to its log of an entry. */
  note: (fields: unknown) => void;
  /** The entry that Baileys is telling of just now, as far as it is about this message. */
  about: (key: Readonly<{ remoteJid?: unknown; id?: unknown }>) => Entry;
}>;

const UNKNOWN: Entry = { author: null, at: null };

/** `index`: kind, chat, id, whether the message is ours, in a group its author or "0". */
const taken = z.object({
  syncAction: z.object({
    index: z.array(z.unknown()),
    syncAction: z.object({ value: z.object({ timestamp: z.unknown() }).nullish() }),
  }),
});

/**
 * What rc14 leaves out where it tells of a star or a deletion: in a group an id alone names no message. The line that
 * it logs right before, in the same turn, has the whole entry.
 */
export const createEntries = (): Entries => {
  let latest: unknown;
  return {
    note: (fields) => {
      latest = fields;
    },
    about: ({ remoteJid, id }) => {
      const entry = taken.safeParse(latest).data?.syncAction;
      const [, chat, waId, , author] = entry?.index ?? [];
      if (entry === undefined || chat !== remoteJid || waId !== id) return UNKNOWN;
      const isNamed = typeof author === 'string' && author.includes('@');
      return { author: isNamed ? author : null, at: entry.syncAction.value?.timestamp };
    },
  };
};
