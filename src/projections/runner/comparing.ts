import { compareBuilds } from './compare.ts';
import type { EnlistDeps } from './enlist.ts';
import type { Member } from './lane.ts';

type Comparing = Readonly<{
  /** Compares them beside all else, once, and has the fresh one dropped then. */
  begin: (fresh: Member, serving: Member) => void;
  /** Resolves when none is under way any more. */
  settled: () => Promise<void>;
}>;

/** Comparisons of views with fresh folds. One that failed is begun anew with the next event, or the next process. */
export const createComparing = (
  { store, logger, now, signal }: Pick<EnlistDeps, 'store' | 'logger' | 'now' | 'signal'>,
  done: () => Promise<void>,
): Comparing => {
  const running = new Map<string, Promise<void>>();
  const compare = async (fresh: Member, serving: Member): Promise<void> => {
    const { id } = fresh.build;
    const collections = Object.entries(fresh.build.collections).map(([name, { physical }]) => {
      return { name, view: serving.build.collections[name]?.physical ?? name, fold: physical };
    });
    const builds = { view: serving.build.id, fold: id };
    const verdict = await compareBuilds(store, builds, collections, fresh.checkpoint.position);
    await store.rebuilds.end(id, { outcome: 'verified', at: now().toISOString(), verdict });
    await store.rebuilds.discard(id);
    const { equal, documents, differing } = verdict;
    logger.info({ view: fresh.view.name, equal, documents, differing }, 'view verified');
    await done();
  };
  return {
    begin: (fresh, serving) => {
      const { id } = fresh.build;
      if (running.has(id) || signal.aborted) return;
      const task = compare(fresh, serving)
        .catch((err: unknown) => {
          if (!signal.aborted) logger.warn({ err, build: id }, 'view could not be compared');
        })
        .finally(() => running.delete(id));
      running.set(id, task);
    },
    settled: async () => {
      await Promise.all(running.values());
    },
  };
};
