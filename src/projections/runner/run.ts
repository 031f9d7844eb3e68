import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ViewStore } from '../../ports/view-store.ts';
import { buildIds, type View } from '../projection.ts';
import { createComparing } from './comparing.ts';
import { createDocCache } from './doc-cache.ts';
import { type Change, changeOf, enlist } from './enlist.ts';
import { active, type Member, type Round, type RoundDeps } from './lane.ts';
import { verify } from './log-check.ts';
import { createViewPositions, type ViewPositions } from './positions.ts';
import { publishCaughtUp } from './publish.ts';
import { tellRebuilds } from './rebuild-report.ts';
import { Overtaken } from './retry.ts';
import { runRound } from './round.ts';
import { createRunSize } from './run-size.ts';
import { skipPoison } from './skip.ts';
import { standBy } from './standby.ts';
import { statusOf, unread, type ViewStatus } from './status.ts';

type RunnerDeps = Readonly<{
  log: Pick<EventLog, 'follow' | 'read' | 'state' | 'lastBefore'>;
  store: ViewStore;
  logger: Logger;
  now: () => Date;
}>;

export type ViewRunner = Readonly<{
  positions: ViewPositions;
  status: () => Promise<readonly ViewStatus[]>;
  /** Lets a poisoned view go on behind the event `seq` that it stands at. False if it does not stand there. */
  skip: (view: string, seq: number) => Promise<boolean>;
  /** Looks at once, and not in 5 s, what was asked of builds. Never rejects. */
  refresh: () => Promise<void>;
  /** Finishes the batch in hand and ends. */
  stop: () => Promise<void>;
}>;

const WATCH_MS = 5_000;
const RESTART_MS = 1_000;
/** How long the log may take to tell its end to somebody who asks how the views are. */
const ASK_MS = 2_000;
const FOR_EVER_MS = 2 ** 30;

/**
 * Keeps views up to date until `stop`: exactly once each event, since documents and checkpoint move in one
 * transaction. Views that stand at one position share it; those behind run by themselves until they have caught up, one
 * that is apart always. What goes wrong is told by `status`, never thrown.
 */
export const runViews = (deps: RunnerDeps, views: readonly View[]): ViewRunner => {
  const { log, store, logger } = deps;
  const ending = new AbortController();
  const { signal } = ending;
  const positions = createViewPositions(store.checkpoints, ...buildIds(views));
  const pending = new Map<string, string>();
  let members: readonly Member[] = [];
  let wake = new AbortController();
  /** Where the log ended when this process took the views over: what is asked of a build later is no new start. */
  let goal: number | null = null;
  let situation = { head: 0, trouble: null as string | null, standby: false };

  const waiting = (error: unknown): void => {
    const trouble = error === null ? null : messageOf(error);
    if (trouble !== null && situation.trouble === null) logger.warn({ err: error }, 'views wait');
    if (trouble === null && situation.trouble !== null) logger.info({}, 'views go on');
    situation = { ...situation, trouble };
  };
  const roundDeps: Omit<RoundDeps, 'docs' | 'size'> = {
    log,
    store,
    logger,
    now: deps.now,
    signal,
    waiting,
    moved: (some) => positions.note(some.map(({ checkpoint }) => checkpoint)),
    whenAwaited: (some, seq, until) => {
      const builds = some.map(({ build }) => build.id);
      return positions.whenAwaited(seq, builds, until);
    },
    seen: (head) => {
      situation = { ...situation, head: Math.max(situation.head, head) };
    },
    holding: (some, at) => {
      for (const { checkpoint } of some)
        if (at === null) pending.delete(checkpoint.id);
        else pending.set(checkpoint.id, at);
    },
    comparable: (fresh, serving) => comparing.begin(fresh, serving),
  };
  const comparing = createComparing(roundDeps, () => regroup());
  const pause = (ms: number, until = signal): Promise<void> =>
    sleep(ms, undefined, { signal: until }).catch(() => undefined);

  const standingBy = async (): Promise<void> => {
    situation = { ...situation, standby: true };
    goal = null;
    await standBy(roundDeps, views, (found) => {
      positions.note(found);
      members = members.map((member) => {
        const checkpoint = found.find(({ id }) => id === member.build.id) ?? member.checkpoint;
        return { ...member, checkpoint };
      });
    });
    situation = { ...situation, standby: false };
  };

  let isWatching = false;
  /** An idle log may be replaced, too. */
  const watchLog = async (round: Round): Promise<void> => {
    if (isWatching) return;
    isWatching = true;
    const going = active(members).length;
    await verify(round).catch(() => undefined); // it only gives up when the runner ends
    if (active(members).length < going) wake.abort();
    tellRebuilds(logger, members, { head: situation.head, now: deps.now() });
    await regroup();
    isWatching = false;
  };
  let change: Change | null = null;
  /** Ends the round where there is a reason to begin anew. Where the database is away, the next look tells. */
  const regroup = async (): Promise<void> => {
    const found = members.length > 0 && (await changeOf(deps, views, members).catch(() => null));
    if (!found) return;
    change = found;
    wake.abort();
  };
  const begin = async (isFirst: boolean): Promise<Round> => {
    change = null;
    const { members: now, head } = await enlist(roundDeps, views, isFirst);
    members = now;
    situation = { ...situation, head };
    goal ??= head;
    roundDeps.moved(now);
    const docs = createDocCache(store.load);
    return { ...roundDeps, docs, size: createRunSize(), members: now, goal: head, verified: { at: 0 } };
  };
  const runOnce = async (isFirst: boolean): Promise<void> => {
    const round = await begin(isFirst);
    await verify(round);
    await publishCaughtUp(round, members);
    waiting(null);
    const watch = setInterval(() => void watchLog(round), WATCH_MS);
    try {
      while (!signal.aborted && change === null) {
        wake = new AbortController();
        if (active(members).length > 0) await runRound(round, wake);
        else await pause(FOR_EVER_MS, AbortSignal.any([signal, wake.signal]));
      }
    } finally {
      clearInterval(watch);
    }
    if (change === 'overtaken') throw new Overtaken();
  };
  const run = async (): Promise<void> => {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        await runOnce(isFirst);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Overtaken) await standingBy();
        else {
          waiting(error);
          await pause(RESTART_MS);
        }
      }
    }
  };
  const running = run().catch((error: unknown) => logger.error({ err: error }, 'views ended'));

  return {
    positions,
    status: async () => {
      const told = log.state().catch(() => null);
      const state = await Promise.race([told, sleep(ASK_MS, null, { ref: false })]);
      if (state !== null) roundDeps.seen(state.lastSeq);
      return (members.length === 0 ? views.map(unread) : members)
        .filter(({ retiredAt }) => retiredAt === undefined)
        .map((member) => statusOf(member, { ...situation, goal: goal ?? 0, pending, now: deps.now() }));
    },
    skip: async (view, seq) => {
      const member = members.find((one) => one.view.name === view && one.checkpoint.stop?.seq === seq);
      if (member === undefined || !(await skipPoison(store, member, seq))) return false;
      logger.warn({ view, seq }, 'poison event skipped');
      roundDeps.moved([member]);
      wake.abort();
      return true;
    },
    refresh: regroup,
    stop: async () => {
      ending.abort();
      await running;
      await comparing.settled();
    },
  };
};
