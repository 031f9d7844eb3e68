import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Backlog } from './backlog.ts';
import type { Committer } from './output-commit/committer.ts';
import type { Pace } from './pace.ts';
import { ignore, never } from './signals.ts';

/** Entries on their way to disk at which no further message is decrypted. */
const MAX_OPEN = 4_000;

type Deps = Readonly<{
  backlog: Pick<Backlog, 'begun'>;
  pace: Pace;
  committer: Committer;
  /** Whether nothing is taken in any more. */
  isDeaf: () => boolean;
}>;

/** Resolves once a message may be decrypted: never, where it is to stay on the server. */
export const createAdmission =
  ({ backlog, pace, committer, isDeaf }: Deps) =>
  async (stanza: BinaryNode): Promise<void> => {
    backlog.begun(stanza);
    await pace();
    const surplus = committer.newest() - committer.durable() - MAX_OPEN;
    if (surplus > 0) await committer.whenDurable(committer.durable() + surplus).catch(ignore);
    if (isDeaf()) await never();
  };
