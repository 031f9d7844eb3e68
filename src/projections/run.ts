import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, LogEntry, StreamState } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Stop, ViewStore } from '../ports/view-store.ts';
import { applyBatch, type LaneDeps, type Member } from './lane.ts';
import { createPositions, type Positions } from './positions.ts';
import { buildOf, type View } from './projection.ts';
import { messageOf, Overtaken, persistently } from './retry.ts';
import { type ViewStatus, statusOf } from './status.ts';

export type RunnerDeps = Readonly<{
  log: Pick<EventLog, 'follow' | 'read' | 'state'>;
  store: ViewStore;
  logger: Logger;
  now: () => Date;
  /** Told of each batch: how many events, how many documents it wrote, how long it took. */
  onBatch?: (batch: Readonly<{ views: readonly string[]; events: number; writes: number; ms: number }>) => void;
}>;

export type ViewRunner = Readonly<{
  positions: Positions;
  status: () => Promise<readonly ViewStatus[]>;
  /** Lets a poisoned view go on behind the event it stands at. False if it does not stand there. */
  skip: (view: string, seq: number) => Promise<boolean>;
  /** Finishes the batch in hand and ends. */
  stop: () => Promise<void>;
}>;

const BATCH = 500;
const EVERYTHING = ['wildcat.>'];
const VERIFY_MS = 1_000;
const WATCH_MS = 5_000;

/** Why a view must not go on reading this stream, or null. */
const mismatch = ({ checkpoint }: Member, { created, lastSeq }: StreamState): string | null => {
  const { stream, position } = checkpoint;
  const mend = 'Restore the log, or drop the database of views to have them rebuilt from this one.';
  if (created !== stream)
    return `The log was created at ${created}, this view was built from the one of ${stream}. ${mend}`;
  if (lastSeq < position) return `The log ends at ${lastSeq}, this view has read up to ${position}. ${mend}`;
  return null;
};

/**
 * Keeps views up to date until `stop`. Views that stand at one position are folded together, in one transaction per
 * batch; one that is behind runs alone until it has caught up. What goes wrong is in `status`, never thrown.
 */
export const runViews = (deps: RunnerDeps, views: readonly View[]): ViewRunner => {
  const { log, store, logger } = deps;
  const ending = new AbortController();
  const { signal } = ending;
  const positions = createPositions(store.checkpoints);
  let members: Member[] = [];
  let round = new AbortController();
  let trouble: string | null = null;
  let standby = false;
  let head = 0;
  /** Where the log ended when this round began: up to there, a view that began at 0 is being rebuilt. */
  let goal = 0;
  let verifiedAt = 0;
  /** Time of the oldest event in hand that is not folded yet. */
  const pending = new Map<string, string>();

  const waiting = (error: unknown): void => {
    if (error !== null && trouble === null) logger.warn({ err: error }, 'views wait for the database');
    if (error === null && trouble !== null) logger.info({}, 'views go on');
    trouble = error === null ? null : messageOf(error);
  };
  const patience = { signal, waiting };
  const lane: LaneDeps = {
    ...patience,
    store,
    logger,
    now: deps.now,
    moved: (some) => positions.note(some.map(({ checkpoint }) => checkpoint)),
  };
  const active = (some: readonly Member[]): Member[] => some.filter(({ checkpoint }) => checkpoint.stop === null);

  const halt = async (member: Member, error: string): Promise<void> => {
    const { id, position } = member.checkpoint;
    const stop: Stop = { status: 'stopped', seq: position, error, at: deps.now().toISOString() };
    member.checkpoint = { ...member.checkpoint, stop };
    logger.error({ view: member.view.name, position, error }, 'view stopped: the log is not the one it was built from');
    lane.moved([member]);
    await persistently(patience, () => store.stop(id, position, stop));
  };
  /** Stops whatever was built from another log than the one that is there. */
  const verify = async (): Promise<void> => {
    const state = await persistently(patience, () => log.state());
    head = state.lastSeq;
    verifiedAt = deps.now().getTime();
    for (const member of active(members)) {
      const error = mismatch(member, state);
      if (error !== null) await halt(member, error);
    }
  };

  const publishCaughtUp = async (some: readonly Member[]): Promise<void> => {
    for (const member of active(some)) {
      if (member.checkpoint.live || member.checkpoint.position < goal) continue;
      await persistently(patience, () => store.publish(member.build));
      member.checkpoint = { ...member.checkpoint, live: true };
      lane.moved([member]);
    }
  };
  const apply = async (some: readonly Member[], entries: readonly LogEntry[]): Promise<void> => {
    const began = deps.now().getTime();
    if (began - verifiedAt >= VERIFY_MS) await verify();
    head = Math.max(head, entries.at(-1)?.seq ?? 0);
    const oldest = entries.find((entry) => entry.kind === 'event');
    for (const { checkpoint } of some) if (oldest?.kind === 'event') pending.set(checkpoint.id, oldest.event.at);
    const writes = await applyBatch(lane, active(some), entries);
    for (const { checkpoint } of active(some)) pending.delete(checkpoint.id);
    await publishCaughtUp(some);
    const ms = deps.now().getTime() - began;
    deps.onBatch?.({ views: some.map(({ view }) => view.name), events: entries.length, writes, ms });
  };

  /** Follows the log with views that stand at one position, until the round ends or none of them is left. */
  const follow = async (some: readonly Member[], until: AbortSignal): Promise<void> => {
    const after = some[0]?.checkpoint.position ?? 0;
    for await (const entries of log.follow({ subjects: EVERYTHING, after }, { signal: until, max: BATCH })) {
      await apply(some, entries);
      if (active(some).length === 0 || until.aborted) return;
    }
  };
  /** Brings one view up to `seq`, or to the log's present end. */
  const catchUp = async (member: Member, seq = Number.POSITIVE_INFINITY): Promise<void> => {
    const { position: after } = member.checkpoint;
    for await (const entries of log.read({ subjects: EVERYTHING, after }, { max: BATCH })) {
      const wanted = entries.filter((entry) => entry.seq <= seq);
      if (wanted.length > 0) await apply([member], wanted);
      if (signal.aborted || member.checkpoint.stop !== null || wanted.length < entries.length) break;
    }
    await publishCaughtUp([member]);
  };

  const load = async (): Promise<void> => {
    const state = await persistently(patience, () => log.state());
    const builds = views.map(buildOf);
    await persistently(patience, () => store.open(builds, state.created));
    const found = await persistently(patience, () => store.checkpoints());
    members = views.map((view, index) => {
      const build = builds[index] ?? buildOf(view);
      const checkpoint = found.find(({ id }) => id === build.id);
      if (checkpoint === undefined) throw new Error(`view ${build.id} has no checkpoint`);
      return { view, build, checkpoint };
    });
    goal = state.lastSeq;
    if (members.some(({ checkpoint: { position } }) => position > 0 && state.firstSeq > position + 1))
      logger.warn({ firstSeq: state.firstSeq }, 'events between the views and the log are gone: fine if purged with a deleted account');
    lane.moved(members);
    await verify();
    await publishCaughtUp(members);
  };

  const inStep = (): [Member[], Member[]] => {
    const front = Math.max(...active(members).map(({ checkpoint }) => checkpoint.position));
    const at = (isFront: boolean) =>
      active(members).filter(({ checkpoint }) => (checkpoint.position === front) === isFront);
    return [at(true), at(false)];
  };
  const runRound = async (): Promise<void> => {
    round = new AbortController();
    const until = AbortSignal.any([signal, round.signal]);
    const [front, behind] = inStep();
    if (front.length === 0) {
      await sleep(2 ** 30, undefined, { signal: until }).catch(() => undefined);
      return;
    }
    const catching = Promise.all(behind.map((member) => catchUp(member)));
    const following = follow(front, until);
    if (behind.length > 0) catching.finally(() => round.abort()).catch(() => undefined);
    await Promise.all([catching, following]);
    const [ahead, late] = inStep();
    for (const member of late) await catchUp(member, ahead[0]?.checkpoint.position);
  };
  return { positions, status, skip, stop };
};
