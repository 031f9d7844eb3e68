import type { BinaryNode } from '@whiskeysockets/baileys';

export type Backlog = Readonly<{
  /** To be called with every stanza that comes in. */
  arrived: (stanza: BinaryNode) => void;
  /** A message's turn has come: it is being decrypted. */
  begun: (stanza: BinaryNode) => void;
  /** A receipt was worked on. */
  receipt: () => void;
  /** Resolves once all that had arrived from the offline queue has been worked on; after 60 s at the latest. */
  worked: () => Promise<void>;
}>;

type Clock = Readonly<{ now: () => number; turn: () => Promise<unknown> }>;

const PATIENCE_MS = 60_000;
/** Receipts have no end of their own: they are done when nothing has come of them for so long, and so many turns. */
const QUIET_MS = 50;
const QUIET_TURNS = 20;

const isOffline = ({ attrs }: BinaryNode): boolean => attrs.offline !== undefined;
const isEncrypted = ({ tag, content }: BinaryNode): boolean =>
  tag === 'message' && Array.isArray(content) && content.some((part) => part.tag === 'enc');

/**
 * rc14 says that the offline phase is over when its last stanza has arrived. It works through them only then, one by
 * one, without another word (offline-node-processor.js).
 */
export const createBacklog = ({ now, turn }: Clock): Backlog => {
  const waiting = new Set<BinaryNode>();
  let stirred = now();
  let turns = 0;

  const stir = (): void => {
    stirred = now();
    turns = 0;
  };
  const isQuiet = (): boolean => waiting.size === 0 && turns >= QUIET_TURNS && now() - stirred >= QUIET_MS;

  return {
    arrived: (stanza) => {
      if (!isOffline(stanza)) return;
      stir();
      if (isEncrypted(stanza)) waiting.add(stanza);
    },
    begun: (stanza) => {
      if (waiting.delete(stanza)) stir();
    },
    receipt: stir,
    worked: async () => {
      stir();
      const end = now() + PATIENCE_MS;
      for (; !isQuiet() && now() < end; turns++) await turn();
      waiting.clear();
    },
  };
};
