import type { LogEntry } from '../../ports/event-log.ts';
import { type Checkpoint, Unstorable, type ViewStore, type Write } from '../../ports/view-store.ts';
import { type Patience, persistently, TooMuch } from './retry.ts';

/** So often a transaction fails at a database that answers, before it is cut in two. */
const TRIES = 3;

/**
 * Commits a run of the log for views that stand at one position, with what `writes` come to, and where the answer got
 * lost looks at the checkpoints before it tries again. False where another runner came first. Throws what `writes` throw,
 * and `TooMuch` where it fails again and again and could be less.
 */
export const commit = async (
  deps: Patience & Readonly<{ store: Pick<ViewStore, 'checkpoints' | 'commit'> }>,
  members: readonly Readonly<{ checkpoint: Checkpoint }>[],
  entries: readonly LogEntry[],
  writes: Promise<readonly Write[]>,
): Promise<boolean> => {
  const to = entries.at(-1)?.seq ?? 0;
  const moves = members.map(({ checkpoint }) => ({ build: checkpoint.id, from: checkpoint.position, to }));
  const standing = async (): Promise<'from' | 'to' | 'elsewhere'> => {
    const positions = new Map((await deps.store.checkpoints()).map(({ id, position }) => [id, position]));
    if (moves.every(({ build, from }) => positions.get(build) === from)) return 'from';
    return moves.every((move) => positions.get(move.build) === move.to) ? 'to' : 'elsewhere';
  };
  let answered = 0;
  return persistently(deps, async (attempt) => {
    const where = attempt === 0 ? 'from' : await standing();
    if (where !== 'from') return where === 'to';
    if (answered++ === TRIES && entries.length > 1) throw new TooMuch();
    try {
      return await deps.store.commit(moves, writes);
    } catch (error) {
      // an old reading makes documents that can't be stored, too
      if (error instanceof Unstorable && (await standing()) !== 'from') return false;
      throw error;
    }
  });
};
