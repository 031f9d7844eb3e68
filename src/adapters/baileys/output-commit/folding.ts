import type { Logger } from '../../../ports/logger.ts';
import type { KeyJournal } from '../../mongo/auth-store.ts';
import { NewerOwner } from '../../mongo/auth-store-docs.ts';

const EVERY_MS = 1_000;

export type Folding = Readonly<{
  /** Folds once more and stops. Never rejects: what is not folded is in the journal. */
  stop: () => Promise<void>;
}>;

/** Folds the key journal every second. A newer owner's documents end the session; other errors wait for next time. */
export const createFolding = (
  journal: Pick<KeyJournal, 'fold'>,
  onNewerOwner: (error: Error) => void,
  logger: Logger,
): Folding => {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const fold = async (): Promise<void> => {
    busy = true;
    try {
      await journal.fold();
    } catch (error) {
      if (error instanceof NewerOwner) onNewerOwner(error);
      else logger.warn({ error }, 'keys not folded yet, the journal keeps them');
    }
    busy = false;
  };
  const timer = setInterval(() => {
    if (!busy) running = fold();
  }, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
      await fold();
    },
  };
};
