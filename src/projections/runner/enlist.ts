import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Rebuild } from '../../ports/rebuilds.ts';
import type { Checkpoint, ViewStore } from '../../ports/view-store.ts';
import { buildNamed, type View } from '../projection.ts';
import { openRebuilds, shownOf, type Wanted, wantedBuilds } from './builds.ts';
import type { Member } from './lane.ts';
import { type Patience, persistently } from './retry.ts';

export type EnlistDeps = Patience &
  Readonly<{ log: Pick<EventLog, 'state'>; store: ViewStore; logger: Logger; now: () => Date }>;

/** Drops the builds that somebody wanted gone; never one that is in use. */
const dropDiscarded = async (
  deps: EnlistDeps,
  views: readonly View[],
  wanted: readonly Wanted[],
): Promise<void> => {
  const { store, logger } = deps;
  for (const id of await persistently(deps, store.rebuilds.discards)) {
    const view = views.find(({ name }) => id.startsWith(`${name}_v`));
    if (view !== undefined && wanted.every(({ build }) => build.id !== id)) {
      await persistently(deps, () => store.drop(buildNamed(view, id)));
      logger.info({ view: view.name, build: id }, 'build dropped');
    }
    await persistently(deps, () => store.rebuilds.discarded(id));
  }
};

/** Notes that a rebuild is taken up. As it is told from now on: its pace counts from here. */
const taken = async (deps: EnlistDeps, rebuild: Rebuild, position: number): Promise<Rebuild> => {
  const at = deps.now().toISOString();
  await persistently(deps, () => deps.store.rebuilds.resume(rebuild.id, position, at));
  return { ...rebuild, resumed: { position, at } };
};

/** A view that stopped gets another try when the process is new: its code, or the log, may have been mended. */
const memberOf = async (deps: EnlistDeps, wanted: Wanted, isFirst: boolean): Promise<Member> => {
  const { store } = deps;
  const found = await persistently(deps, store.checkpoints);
  const checkpoint = found.find(({ id }) => id === wanted.build.id);
  if (checkpoint === undefined) throw new Error(`build ${wanted.build.id} has no checkpoint`);
  const { id, position, stop } = checkpoint;
  const rebuild = wanted.rebuild && (await taken(deps, wanted.rebuild, position));
  if (!isFirst || stop === null) return { ...wanted, rebuild, checkpoint };
  await persistently(deps, () => store.stop(id, position, null));
  return { ...wanted, rebuild, checkpoint: { ...checkpoint, stop: null } };
};

/** Reads afresh what there is to keep up to date and where it stands. `head`: the log's end at that moment. */
export const enlist = async (
  deps: EnlistDeps,
  views: readonly View[],
  isFirst: boolean,
): Promise<Readonly<{ members: readonly Member[]; head: number }>> => {
  const { log, store, logger, now } = deps;
  const { created, firstSeq, lastSeq } = await persistently(deps, () => log.state());
  const known = await persistently(deps, store.checkpoints);
  const rebuilds = await persistently(deps, store.rebuilds.list);
  // one that was killed between showing a build and noting that it did
  for (const { id } of rebuilds.filter((one) => one.endedAt === null && known.some(isLive(one.id))))
    await persistently(deps, () => store.rebuilds.end(id, { outcome: 'swapped', at: now().toISOString() }));
  const wanted = wantedBuilds(views, known, rebuilds);
  await persistently(deps, () =>
    store.open(
      wanted.map(({ build }) => build),
      created,
    ),
  );
  await dropDiscarded(deps, views, wanted);
  const members: Member[] = [];
  for (const each of wanted) {
    const member = await memberOf(deps, each, isFirst);
    const { position, live } = member.checkpoint;
    const fields = { view: each.view.name, build: each.build.id };
    if (position > 0 && firstSeq > position + 1)
      logger.warn({ ...fields, firstSeq }, 'events behind the position of a view have been purged');
    if (!live && lastSeq > position)
      logger.info({ ...fields, position, head: lastSeq }, 'view is being built');
    members.push(member);
  }
  return { members, head: lastSeq };
};

const isLive =
  (build: string) =>
  ({ id, live }: Readonly<{ id: string; live: boolean }>): boolean =>
    live && id === build;

/** How long a build that was replaced is still kept up to date: readers look the names up every second. */
const RETIRE_MS = 2_000;

/** `outdated`: to be enlisted anew. `overtaken`: a newer version serves a view in place of this one. */
export type Change = 'outdated' | 'overtaken';

/** By how much the version that has taken the name of a build is newer; 0 where none has. */
const unseatedBy = ({ view, checkpoint, retiredAt }: Member, known: readonly Checkpoint[]): number =>
  checkpoint.live && retiredAt === undefined ? (shownOf(view, known)?.newerBy ?? 0) : 0;

/**
 * Whether something was asked for, has come to its end, is gone (a dropped database), or serves no more, since these
 * were enlisted. Of two versions side by side, as in an upgrade, the newer one serves: else each would keep up to date
 * what nobody reads.
 */
export const changeOf = async (
  { store, now }: Pick<EnlistDeps, 'store' | 'now'>,
  views: readonly View[],
  members: readonly Member[],
): Promise<Change | null> => {
  const [rebuilds, discards, known] = await Promise.all([
    store.rebuilds.list(),
    store.rebuilds.discards(),
    store.checkpoints(),
  ]);
  const unseated = members.map((member) => unseatedBy(member, known));
  if (unseated.some((by) => by > 0)) return 'overtaken';
  const asked = views.flatMap((view) => openRebuilds(view, rebuilds)).map(({ id }) => id);
  const inHand = members
    .filter(({ rebuild, checkpoint }) => rebuild !== undefined && !checkpoint.live)
    .map(({ build }) => build.id);
  const isRetired = ({ retiredAt = Number.POSITIVE_INFINITY }: Member): boolean =>
    now().getTime() - retiredAt > RETIRE_MS;
  // readers may still have its name: whatever was asked for waits
  if (members.some((member) => member.retiredAt !== undefined && !isRetired(member))) return null;
  const isGone = ({ build }: Member): boolean => known.every(({ id }) => id !== build.id);
  const isOutdated =
    unseated.some((by) => by < 0) ||
    members.some((member) => isGone(member) || isRetired(member)) ||
    discards.length > 0 ||
    asked.sort().join() !== inHand.sort().join();
  return isOutdated ? 'outdated' : null;
};
