import { setTimeout as sleep } from 'node:timers/promises';
import type { Checkpoint } from '../../ports/view-store.ts';
import type { View } from '../projection.ts';
import { shownOf, wantedBuilds } from './builds.ts';
import type { EnlistDeps } from './enlist.ts';
import { persistently } from './retry.ts';

const LOOK_MS = 1_000;
/** Looks in a row at which nothing has moved. */
const STILL = 3;

/**
 * Leaves the work to the runner that was faster, or is of a newer version. Resolves once it stands still although there
 * is something to do, or with `signal`. `seen`: told of the checkpoints at each look.
 */
export const standBy = async (
  deps: EnlistDeps,
  views: readonly View[],
  seen: (checkpoints: readonly Checkpoint[]) => void,
): Promise<void> => {
  const { log, store, logger, signal } = deps;
  logger.info({}, 'another process keeps the views, standing by');
  let before = '';
  for (let still = 0; still < STILL && !signal.aborted; ) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    const { lastSeq } = await persistently(deps, () => log.state());
    const found = await persistently(deps, store.checkpoints);
    const rebuilds = await persistently(deps, store.rebuilds.list);
    seen(found);
    const wanted = new Set(
      wantedBuilds(views, found, rebuilds).map(({ view, build }) => {
        const shown = shownOf(view, found);
        return shown !== undefined && shown.newerBy > 0 ? shown.id : build.id;
      }),
    );
    const own = found.filter(({ id }) => wanted.has(id));
    const now = own.map(({ id, position }) => `${id} ${position}`).join();
    const isDone =
      own.length === wanted.size &&
      own.every(({ position, stop, live }) => stop !== null || (live && position >= lastSeq));
    still = now === before && !isDone ? still + 1 : 0;
    before = now;
  }
};
