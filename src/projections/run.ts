import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Checkpoint, ViewStore } from '../ports/view-store.ts';
import { createDocCache } from './doc-cache.ts';
import { active, type Member } from './lane.ts';
import { createPositions, type Positions } from './positions.ts';
import { buildIds, buildOf, type View } from './projection.ts';
import { messageOf, Overtaken, persistently } from './retry.ts';
import { publishCaughtUp, type Round, type RoundDeps, runRound, verify } from './round.ts';
import { skipPoison } from './skip.ts';
import { statusOf, unopened, type ViewStatus } from './status.ts';

export type RunnerDeps = Readonly<{
  log: Pick<EventLog, 'follow' | 'read' | 'state'>;
  store: ViewStore;
  logger: Logger;
  now: () => Date;
}>;

export type ViewRunner = Readonly<{
  positions: Positions;
  status: () => Promise<readonly ViewStatus[]>;
  /** Lets a poisoned view go on behind the event `seq` that it stands at. False if it does not stand there. */
  skip: (view: string, seq: number) => Promise<boolean>;
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
 * transaction. Views that stand at one position share it; one that is behind runs alone until it has caught up, one
 * that is apart always. What goes wrong is told by `status`, never thrown.
 */
export const runViews = (deps: RunnerDeps, views: readonly View[]): ViewRunner => {
  const { log, store, logger } = deps;
  const ending = new AbortController();
  const { signal } = ending;
  const positions = createPositions(store.checkpoints, ...buildIds(views));
  const pending = new Map<string, string>();
  let members: readonly Member[] = [];
  let wake = new AbortController();
  let situation = { head: 0, goal: 0, trouble: null as string | null, standby: false };

  const waiting = (error: unknown): void => {
    const trouble = error === null ? null : messageOf(error);
    if (trouble !== null && situation.trouble === null) logger.warn({ err: error }, 'views wait');
    if (trouble === null && situation.trouble !== null) logger.info({}, 'views go on');
    situation = { ...situation, trouble };
  };
  const roundDeps: Omit<RoundDeps, 'docs'> = {
    log,
    store,
    logger,
    now: deps.now,
    signal,
    waiting,
    moved: (some) => positions.note(some.map(({ checkpoint }) => checkpoint)),
    seen: (head) => {
      situation = { ...situation, head: Math.max(situation.head, head) };
    },
    holding: (some, at) => {
      for (const { checkpoint } of some)
        if (at === null) pending.delete(checkpoint.id);
        else pending.set(checkpoint.id, at);
    },
  };
  const pause = (ms: number, until = signal): Promise<void> =>
    sleep(ms, undefined, { signal: until }).catch(() => undefined);

  /** A view that stopped gets another try when the process is new: its code, or the log, may have been mended. */
  const enlist = async (view: View, checkpoint: Checkpoint, isFirst: boolean): Promise<Member> => {
    const { id, position, stop } = checkpoint;
    if (!isFirst || stop === null) return { view, build: buildOf(view), checkpoint };
    await persistently(roundDeps, () => store.stop(id, position, null));
    return { view, build: buildOf(view), checkpoint: { ...checkpoint, stop: null } };
  };
  /** Reads afresh where the views stand. */
  const begin = async (isFirst: boolean): Promise<Round> => {
    const { created, firstSeq, lastSeq } = await persistently(roundDeps, () => log.state());
    await persistently(roundDeps, () => store.open(views.map(buildOf), created));
    const found = await persistently(roundDeps, () => store.checkpoints());
    const now: Member[] = [];
    for (const view of views) {
      const checkpoint = found.find(({ id }) => id === buildOf(view).id);
      if (checkpoint === undefined) throw new Error(`view ${view.name} has no checkpoint`);
      if (checkpoint.position > 0 && firstSeq > checkpoint.position + 1)
        logger.warn({ view: view.name, firstSeq }, 'events behind the position of a view have been purged');
      if (!checkpoint.live && lastSeq > checkpoint.position)
        logger.info({ view: view.name, position: checkpoint.position, head: lastSeq }, 'view is being built');
      now.push(await enlist(view, checkpoint, isFirst));
    }
    members = now;
    situation = { ...situation, goal: lastSeq, head: lastSeq };
    roundDeps.moved(now);
    const docs = createDocCache(store.load);
    return { ...roundDeps, docs, members: now, goal: lastSeq, verified: { at: 0 } };
  };

  /** Leaves the work to the runner that was faster, until it stands still although there is something to do. */
  const standBy = async (): Promise<void> => {
    situation = { ...situation, standby: true };
    logger.info({}, 'another process keeps the views, standing by');
    let before = '';
    for (let still = 0; still < 3 && !signal.aborted; ) {
      await pause(RESTART_MS);
      const { lastSeq } = await persistently(roundDeps, () => log.state());
      const found = await persistently(roundDeps, () => store.checkpoints());
      positions.note(found);
      members = members.map((member) => {
        const checkpoint = found.find(({ id }) => id === member.build.id) ?? member.checkpoint;
        return { ...member, checkpoint };
      });
      const now = found.map(({ id, position }) => `${id} ${position}`).join();
      const isDone = found.every(({ position, stop }) => stop !== null || position >= lastSeq);
      still = now === before && !isDone ? still + 1 : 0;
      before = now;
    }
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
    isWatching = false;
  };
  const runOnce = async (isFirst: boolean): Promise<void> => {
    const round = await begin(isFirst);
    await verify(round);
    await publishCaughtUp(round, members);
    waiting(null);
    const watch = setInterval(() => void watchLog(round), WATCH_MS);
    try {
      while (!signal.aborted) {
        wake = new AbortController();
        if (active(members).length > 0) await runRound(round, wake);
        else await pause(FOR_EVER_MS, AbortSignal.any([signal, wake.signal]));
      }
    } finally {
      clearInterval(watch);
    }
  };
  const run = async (): Promise<void> => {
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      try {
        await runOnce(isFirst);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Overtaken) await standBy();
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
      if (members.length === 0) return views.map((view) => unopened(view, situation));
      return members.map((member) => statusOf(member, { ...situation, pending, now: deps.now() }));
    },
    skip: async (view, seq) => {
      const member = members.find((one) => one.view.name === view);
      if (member === undefined || !(await skipPoison(store, member, seq))) return false;
      logger.warn({ view, seq }, 'poison event skipped');
      roundDeps.moved([member]);
      wake.abort();
      return true;
    },
    stop: async () => {
      ending.abort();
      await running;
    },
  };
};
