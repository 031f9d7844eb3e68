import { orUnavailable } from '../adapters/mongo/away.ts';
import { WildcatError } from '../errors.ts';
import type { ViewAdmin } from '../http/deps.ts';
import type { RebuildAnswer, ViewAnswer } from '../http/schemas/views.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Rebuild, Verdict } from '../ports/rebuilds.ts';
import type { Checkpoint, ViewStore } from '../ports/view-store.ts';
import { buildNamed, buildOf, type View } from '../projections/projection.ts';
import { firstOf, nextBuild, openRebuilds } from '../projections/runner/builds.ts';
import { progressOf } from '../projections/runner/rebuild-report.ts';
import type { ViewStatus } from '../projections/runner/status.ts';

type Deps = Readonly<{
  log: Pick<EventLog, 'state'>;
  store: ViewStore;
  /** Of whoever runs or watches the views. `refresh`: to be told that something was asked for. */
  runner: Readonly<{ status: () => Promise<readonly ViewStatus[]>; refresh: () => Promise<void> }>;
  now: () => Date;
}>;

const stateOf = (
  { endedAt, outcome, resumed }: Rebuild,
  at: Checkpoint | undefined,
): RebuildAnswer['state'] => {
  if (endedAt !== null) return outcome === 'cancelled' ? 'cancelled' : 'done';
  if (at?.stop) return 'stopped';
  return resumed === null ? 'waiting' : 'building';
};

const withoutDifferences = ({ differences: _, ...told }: Verdict): Omit<Verdict, 'differences'> => told;

const answerOf = (
  rebuild: Rebuild,
  checkpoints: readonly Checkpoint[],
  at: Readonly<{ head: number; now: Date }>,
): RebuildAnswer => {
  const { id: build, view, purpose, askedAt, endedAt, eventsPerSecond: throttle, verdict } = rebuild;
  const checkpoint = checkpoints.find(({ id }) => id === build);
  const state = stateOf(rebuild, checkpoint);
  const progress = progressOf(rebuild, checkpoint ?? { position: 0 }, at);
  return {
    ...{ build, view, purpose, state, position: checkpoint?.position ?? null, head: at.head },
    ...(state === 'done' ? { percent: 100, eventsPerSecond: null, etaSeconds: null } : progress),
    ...{ throttle, askedAt, endedAt, stop: checkpoint?.stop ?? null },
    verdict: verdict === null ? null : withoutDifferences(verdict),
  };
};

const sum = (sizes: readonly (number | null)[]): number | null =>
  sizes.reduce<number | null>((all, one) => (all === null || one === null ? null : all + one), 0);

/** What people may ask of the views, bound to where they live. Where that is away: `unavailable`. */
export const createViewAdmin = ({ log, store, runner, now }: Deps, views: readonly View[]): ViewAdmin => {
  const viewNamed = (name: string): View => {
    const found = views.find((view) => view.name === name);
    if (found !== undefined) return found;
    const names = views.map((view) => view.name).join(', ');
    throw new WildcatError('not_found', `View not found: there are ${names}`);
  };
  const look = async () => {
    const [{ lastSeq: head }, checkpoints, rebuilds] = await Promise.all([
      log.state(),
      store.checkpoints(),
      store.rebuilds.list(),
    ]);
    return { checkpoints, rebuilds, at: { head, now: now() } };
  };
  const rebuildsOf = async (name: string): Promise<readonly (readonly [Rebuild, RebuildAnswer])[]> => {
    const { name: view } = viewNamed(name);
    const { checkpoints, rebuilds, at } = await look();
    return rebuilds
      .filter((one) => one.view === view)
      .map((one) => [one, answerOf(one, checkpoints, at)] as const);
  };
  const buildAnswer = async (view: View, { id, live, position }: Checkpoint) => {
    const collections = await Promise.all(
      Object.entries(buildNamed(view, id).collections).map(async ([name, { physical }]) => {
        return { name, collection: physical, ...(await store.size(physical)) };
      }),
    );
    return { build: id, live, position, collections };
  };
  const describe = async (view: View, status: ViewStatus, now: Awaited<ReturnType<typeof look>>) => {
    const { checkpoints, rebuilds, at } = now;
    const own = checkpoints.filter(({ id }) => id.startsWith(`${view.name}_v`));
    const builds = await Promise.all(own.map((one) => buildAnswer(view, one)));
    const shown = builds.find(({ live }) => live)?.collections ?? [];
    const last = rebuilds.find((one) => one.view === view.name);
    const { build, state, position, head, lag, lagSeconds, stop } = status;
    const answer: ViewAnswer = {
      ...{ name: view.name, version: view.version, build, state, position, head, lag, lagSeconds, stop },
      documents: sum(shown.map(({ documents }) => documents)) ?? 0,
      bytes: sum(shown.map(({ bytes }) => bytes)),
      builds,
      rebuild: last === undefined ? null : answerOf(last, checkpoints, at),
    };
    return answer;
  };

  const begin: ViewAdmin['begin'] = async (name, purpose, { eventsPerSecond = null }) => {
    const view = viewNamed(name);
    const { checkpoints, rebuilds, at } = await look();
    const [open] = openRebuilds(view, rebuilds);
    const underWay = (build: string): WildcatError =>
      new WildcatError('busy', `${build} is being built: wait for it, or drop it`, { details: { build } });
    if (open !== undefined) throw underWay(open.id);
    const first = buildOf(view).id;
    if (!checkpoints.some(({ id, live }) => live && firstOf(id) === first))
      throw new WildcatError('busy', `The view ${name} is being built for the first time`);
    const id = nextBuild(
      view,
      [...checkpoints, ...rebuilds].map((one) => one.id),
    );
    const rebuild: Rebuild = {
      ...{ id, view: name, purpose, askedAt: at.now.toISOString(), eventsPerSecond },
      ...{ resumed: null, endedAt: null, outcome: null, verdict: null },
    };
    if (!(await store.rebuilds.ask(rebuild))) throw underWay(id);
    await runner.refresh();
    return answerOf(rebuild, checkpoints, at);
  };

  return {
    list: () =>
      orUnavailable(async () => {
        const [status, now] = await Promise.all([runner.status(), look()]);
        return Promise.all(
          views.flatMap((view) => {
            const own = status.filter((one) => one.view === view.name);
            const shown = own.find(({ live }) => live) ?? own[0];
            return shown === undefined ? [] : [describe(view, shown, now)];
          }),
        );
      }),
    begin: (...asked) => orUnavailable(() => begin(...asked)),
    rebuilds: (name) => orUnavailable(async () => (await rebuildsOf(name)).map(([, answer]) => answer)),
    rebuild: (name, build) =>
      orUnavailable(async () => {
        const found = (await rebuildsOf(name)).find(([{ id }]) => id === build);
        if (found === undefined) throw new WildcatError('not_found', 'Rebuild not found');
        return found[1];
      }),
    diff: (name) =>
      orUnavailable(async () => {
        const found = (await rebuildsOf(name)).find(([{ verdict }]) => verdict !== null);
        if (found === undefined)
          throw new WildcatError('not_found', 'The view has not been verified yet: POST verify first');
        const differences = found[0].verdict?.differences ?? [];
        return { rebuild: found[1], differences: differences.map((d) => ({ ...d, fields: [...d.fields] })) };
      }),
    drop: (name, build) =>
      orUnavailable(async () => {
        const view = viewNamed(name);
        const { checkpoints, rebuilds } = await look();
        const known = checkpoints.find(({ id }) => id === build && id.startsWith(`${name}_v`));
        const isOpen = openRebuilds(view, rebuilds).some(({ id }) => id === build);
        if (known === undefined && !isOpen) throw new WildcatError('not_found', 'Build not found');
        if (known?.live) throw new WildcatError('busy', 'Readers see this build: rebuild the view first');
        if (isOpen) await store.rebuilds.end(build, { outcome: 'cancelled', at: now().toISOString() });
        await store.rebuilds.discard(build);
        await runner.refresh();
      }),
  };
};
