import type { Rebuild } from '../../ports/rebuilds.ts';
import type { Build, Checkpoint } from '../../ports/view-store.ts';
import { buildNamed, buildOf, type View } from '../projection.ts';

/** A build that is to be kept up to date, and what was asked for it where it is not simply the view's own. */
export type Wanted = Readonly<{ view: View; build: Build; rebuild?: Rebuild | undefined }>;

const AGAIN = /_r(\d+)$/;

/** The first build of the version that a build is of: `messages_v1` for `messages_v1_r2`. */
export const firstOf = (id: string): string => id.replace(AGAIN, '');

/** The id of the next build of a view's present version: `messages_v1_r3` where there was an `_r2`. */
export const nextBuild = (view: View, known: readonly string[]): string => {
  const first = buildOf(view).id;
  const runs = known.filter((id) => firstOf(id) === first).map((id) => Number(AGAIN.exec(id)?.[1] ?? 1));
  return `${first}_r${Math.max(1, ...runs) + 1}`;
};

/** What readers see of a view, and how its version compares to the one that this process has: 0 where it is the same. */
export const shownOf = (
  { name, version }: View,
  known: readonly Checkpoint[],
): Readonly<{ id: string; newerBy: number }> | undefined => {
  const prefix = `${name}_v`;
  const shown = known.find(({ id, live }) => live && id.startsWith(prefix));
  return shown && { id: shown.id, newerBy: Number(firstOf(shown.id).slice(prefix.length)) - version };
};

/** Rebuilds of a view's present version that have not come to an end. */
export const openRebuilds = (view: View, rebuilds: readonly Rebuild[]): Rebuild[] =>
  rebuilds.filter(({ id, endedAt }) => endedAt === null && firstOf(id) === buildOf(view).id);

/**
 * The build of a view's present version that serves. Where none does, since another version has served meanwhile (an
 * older one, after a rollback), the one that did so last: what it had replaced may be what people wanted replaced.
 */
const servingOf = (view: View, checkpoints: readonly Checkpoint[], rebuilds: readonly Rebuild[]): Build => {
  const first = buildOf(view);
  const own = checkpoints.filter(({ id }) => firstOf(id) === first.id);
  const shown = rebuilds.filter(({ outcome }) => outcome === 'swapped').map(({ id }) => id);
  const serving = own.find(({ live }) => live)?.id ?? shown.find((id) => own.some((one) => one.id === id));
  return serving === undefined ? first : buildNamed(view, serving);
};

/**
 * What serves a view, or the first build of its version where none did yet, and what is built beside it. `rebuilds`:
 * newest first.
 */
export const wantedBuilds = (
  views: readonly View[],
  checkpoints: readonly Checkpoint[],
  rebuilds: readonly Rebuild[],
): Wanted[] =>
  views.flatMap((view) => {
    const serving = servingOf(view, checkpoints, rebuilds);
    const beside = openRebuilds(view, rebuilds).filter(({ id }) => id !== serving.id);
    return [
      { view, build: serving },
      ...beside.map((rebuild) => ({ view, build: buildNamed(view, rebuild.id), rebuild })),
    ];
  });
