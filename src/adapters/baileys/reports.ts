import type { ConnectionUpdate } from '../../ports/whatsapp.ts';

type Reports = Readonly<{
  /** Reports in order of the calls, each once everything that was queued before it is on disk; dropped if that fails. */
  tell: (update: ConnectionUpdate) => void;
  /** The last report; nothing follows it. Resolves when it has been made. */
  tellLast: (update: () => ConnectionUpdate) => Promise<void>;
}>;

/** A session's news to whoever runs the account: what it hears, a crash can't take back. */
export const createReports = (
  whenDurable: () => Promise<void>,
  onUpdate: (update: ConnectionUpdate) => void,
): Reports => {
  let told: Promise<void> = Promise.resolve();
  let over = false;
  return {
    tell: (update) => {
      const report = (): void => {
        if (!over) onUpdate(update);
      };
      told = told.then(whenDurable).then(report, () => undefined);
    },
    tellLast: async (update) => {
      await told;
      over = true;
      onUpdate(update());
    },
  };
};
