import { WildcatError } from '../../errors.ts';
import type { EventLog } from '../../ports/event-log.ts';

export type EraserDeps = Readonly<{
  log: Pick<EventLog, 'append' | 'purge' | 'read' | 'state'>;
  eraseKeys: (collectionName: string) => Promise<void>;
  /**
   * What else is kept of an account outside the log: outbox, QR codes, idempotency rows, blobs, positions. Repeatable.
   * `tombstone`: the position up to which its part of the log goes. `insist`: to be called before each part of what
   * takes long; throws where the account is somebody else's by now.
   */
  erasers: readonly ((account: string, tombstone: number, insist: () => void) => Promise<void>)[];
  now: () => Date;
}>;

/** The life of an account that its tombstone ended. */
export type Ended = Readonly<{ account: string; gen: number; collectionName: string }>;

/** Where a life ended: its tombstone, and before which position something of it may have come late. */
const endOf = async ({ log }: EraserDeps, { account, gen }: Ended) => {
  let tombstone = 0;
  // asked before the log is read: the next life begins behind an `account.erased`, so behind this, or is seen
  let late = (await log.state()).lastSeq + 1;
  const subjects = [`wildcat.${account}.account.deleted.>`, `wildcat.${account}.account.erased.>`];
  for await (const entries of log.read({ subjects, after: 0 }))
    for (const entry of entries) {
      if (entry.kind !== 'event' || entry.event.gen !== gen) continue;
      if (entry.event.type === 'account.deleted') tombstone = entry.seq;
      else late = Math.min(late, entry.seq);
    }
  if (tombstone === 0)
    throw new WildcatError('misconfigured', `The log holds no tombstone of account ${account}`);
  return { tombstone, late };
};

/**
 * Erases what a deleted account leaves behind: keys and rows first, then its part of the log up to the tombstone and
 * what still came in behind it while the device was being unlinked, and says so last. Every step may be repeated, also
 * in the account's next life, so an erasure that a crash cut short is simply done again. Resolves with the position of
 * `account.erased`. Throws `unavailable` once `isValid` does not hold any more: whoever has the account then erases it,
 * and what it finds may soon be of the next life.
 */
export const createEraser =
  (deps: EraserDeps) =>
  async (ended: Ended, isValid: () => boolean): Promise<number> => {
    const { account, gen, collectionName } = ended;
    const insist = (): void => {
      if (!isValid()) throw new WildcatError('unavailable', `Account ${account} is another process's now`);
    };
    insist();
    await deps.eraseKeys(collectionName);
    const { tombstone, late } = await endOf(deps, ended);
    for (const erase of deps.erasers) {
      insist();
      await erase(account, tombstone, insist);
    }
    insist();
    await deps.log.purge(account, tombstone, late);
    const occurredAt = deps.now().toISOString();
    const erased = { type: 'account.erased', data: {}, account, gen, occurredAt } as const;
    return (await deps.log.append(erased, `erased/${gen}`)).seq;
  };
