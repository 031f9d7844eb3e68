import { setTimeout as sleep } from 'node:timers/promises';
import { createViewStore } from '../adapters/mongo/view-store.ts';
import type { Verb } from '../cli.ts';
import { hasCode, WildcatError } from '../errors.ts';
import type { ViewAdmin } from '../http/deps.ts';
import type { RebuildAnswer } from '../http/schemas/views.ts';
import { VIEWS } from '../projections/all.ts';
import type { VerbFoundation } from './verb-foundation.ts';
import { createViewAdmin } from './view-admin.ts';

type Context = Readonly<{ say: (line: string) => void; signal: AbortSignal }>;

const TELL_MS = 2_000;
/** Whoever runs the views looks every 5 s what was asked for. */
const PATIENCE_MS = 15_000;
/** The service that runs the views tells its own status, and looks by itself. */
const NOBODY = { status: async () => [], refresh: async () => {} };

const isOpen = ({ state }: RebuildAnswer): boolean => state === 'waiting' || state === 'building';

const told = ({ view, state, percent, eventsPerSecond, etaSeconds }: RebuildAnswer): string => {
  const pace = eventsPerSecond === null ? '' : `, ${Math.round(eventsPerSecond)} events/s`;
  const rest = etaSeconds === null ? '' : `, ${Math.ceil(etaSeconds)} s left`;
  return `${view}: ${state}, ${Math.floor(percent)} %${pace}${rest}`;
};

/** Asks for a build, or finds the one that an earlier call asked for in the same way: the service goes on with that. */
const begun = async (
  admin: ViewAdmin,
  view: string,
  eventsPerSecond: number | undefined,
): Promise<Readonly<{ asked: RebuildAnswer; known: boolean }>> => {
  try {
    return { asked: await admin.begin(view, 'swap', { eventsPerSecond }), known: false };
  } catch (error) {
    if (!hasCode(error, 'busy')) throw error;
    const open = (await admin.rebuilds(view)).find(({ build }) => build === error.details.build);
    if (open?.purpose !== 'swap' || open.throttle !== (eventsPerSecond ?? null)) throw error;
    return { asked: open, known: true };
  }
};

/**
 * Asks for views to be built anew and tells how it goes until they are; broken off, the service goes on with it, and the
 * same call tells how. Throws `not_found` for a view that there is not, `busy` for one that is being built otherwise,
 * `unprocessable` where one stood still.
 */
export const runRebuild = async (
  { views, eventsPerSecond }: Extract<Verb, { name: 'rebuild' }>,
  {
    log,
    databases,
    now,
  }: Pick<VerbFoundation, 'databases' | 'now'> & Readonly<{ log: Pick<VerbFoundation['log'], 'state'> }>,
  { say, signal }: Context,
): Promise<void> => {
  const store = createViewStore({ client: databases.client, db: databases.views });
  const admin = createViewAdmin({ log, store, runner: NOBODY, now }, VIEWS);
  const names = [...new Set(views)];
  // all names are looked at before anything is asked for
  await Promise.all(names.map((view) => admin.rebuilds(view)));
  const asked: RebuildAnswer[] = [];
  for (const view of names) {
    const one = await begun(admin, view, eventsPerSecond);
    if (one.known) say(`${one.asked.build} is being built already: this call follows it`);
    asked.push(one.asked);
  }
  const began = performance.now();
  let isTold = false;
  for (;;) {
    const rebuilds = await Promise.all(asked.map(({ view, build }) => admin.rebuild(view, build)));
    say(rebuilds.map(told).join('; '));
    const stopped = rebuilds.find(({ state }) => state === 'stopped' || state === 'cancelled');
    if (stopped !== undefined)
      throw new WildcatError('unprocessable', `${stopped.build}: ${stopped.stop?.error ?? stopped.state}`);
    if (!rebuilds.some(isOpen)) return;
    if (
      !isTold &&
      performance.now() - began > PATIENCE_MS &&
      rebuilds.every(({ state }) => state === 'waiting')
    ) {
      isTold = true;
      say('nobody has taken it up: it begins as soon as a service runs that keeps the views');
    }
    await sleep(TELL_MS, undefined, { signal });
  }
};
