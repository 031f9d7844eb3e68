import { WildcatError } from '../errors.ts';
import type { EventLog } from '../ports/event-log.ts';

export type EraserDeps = Readonly<{
  log: Pick<EventLog, 'append' | 'purge' | 'read'>;
  eraseKeys: (collectionName: string) => Promise<void>;
  /** What else is kept of an account outside the log: outbox, QR codes, idempotency rows, blobs, positions. Repeatable. */
  erasers: readonly ((account: string) => Promise<void>)[];
  now: () => Date;
}>;

/** The life of an account that its tombstone ended. */
export type Ended = Readonly<{ account: string; gen: number; collectionName: string }>;

const tombstoneOf = async ({ log }: EraserDeps, { account, gen }: Ended): Promise<number> => {
  let found = 0;
  const subjects = [`wildcat.${account}.account.deleted.>`];
  for await (const entries of log.read({ subjects, after: 0 }))
    for (const entry of entries) if (entry.kind === 'event' && entry.event.gen === gen) found = entry.seq;
  if (found === 0)
    throw new WildcatError('misconfigured', `The log holds no tombstone of account ${account}`);
  return found;
};

/**
 * Erases what a deleted account leaves behind: keys and rows first, then its part of the log up to the tombstone,
 * and says so last. Every step may be repeated, so an erasure that a crash cut short is simply done again. Resolves
 * with the position of `account.erased`.
 */
export const createEraser =
  (deps: EraserDeps) =>
  async (ended: Ended): Promise<number> => {
    const { account, gen, collectionName } = ended;
    await deps.eraseKeys(collectionName);
    for (const erase of deps.erasers) await erase(account);
    await deps.log.purge(account, await tombstoneOf(deps, ended));
    const occurredAt = deps.now().toISOString();
    const erased = { type: 'account.erased', data: {}, account, gen, occurredAt } as const;
    return (await deps.log.append(erased, `erased/${gen}`)).seq;
  };
