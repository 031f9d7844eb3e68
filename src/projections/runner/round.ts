import { setTimeout as sleep } from 'node:timers/promises';
import type { LogEntry } from '../../ports/event-log.ts';
import { leaves } from '../projection.ts';
import { ahead } from './ahead.ts';
import { createDocCache } from './doc-cache.ts';
import { gather } from './gather.ts';
import { active, applyBatch, type Member, type Round } from './lane.ts';
import { verify } from './log-check.ts';
import { publishCaughtUp } from './publish.ts';
import { Overtaken, persistently } from './retry.ts';
import { createRunSize } from './run-size.ts';

const BATCH = 1_000;
/** Views that are behind take more at once: a chat is then written once for more of its messages. */
const LARGE_BATCH = 4_000;
const EVERYTHING = ['wildcat.>'];
const VERIFY_MS = 1_000;
/** What nobody waits for may be seen so much later, in ms: a transaction costs more than what is in it. */
const STRIDE_MS = 50;
/** Of views that are apart, and of positions without documents. */
const APART_MS = 250;

const apply = async (
  round: Round,
  members: readonly Member[],
  entries: readonly LogEntry[],
): Promise<void> => {
  const began = round.now().getTime();
  const oldest = entries.find((entry) => entry.kind === 'event');
  round.seen(entries.at(-1)?.seq ?? 0);
  round.holding(members, oldest?.kind === 'event' ? oldest.event.at : null);
  if (began - round.verified.at >= VERIFY_MS) await verify(round);
  await applyBatch(round, members, entries);
  round.holding(members, null);
  await publishCaughtUp(round, members);
};

const isApart = ({ view }: Member): boolean => view.isApart === true;

/** Follows the log with views that stand at one position, until `signal` or until none of them goes on. */
const follow = async (round: Round, members: readonly Member[], signal: AbortSignal): Promise<void> => {
  const after = members[0]?.checkpoint.position ?? 0;
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);
  const source = round.log.follow({ subjects: EVERYTHING, after }, { signal: until, max: BATCH });
  const isIdle = (entries: readonly LogEntry[]): boolean =>
    members.every(({ view }) => entries.every((entry) => leaves(view, entry)));
  const batching = {
    strideMs: members.some(isApart) ? APART_MS : STRIDE_MS,
    idleMs: APART_MS,
    isIdle,
    whenAwaited: (seq: number, over: AbortSignal) => round.whenAwaited(members, seq, over),
  };
  for await (const entries of gather(source, stop, batching)) {
    await apply(round, active(members), entries);
    if (active(members).length === 0 || signal.aborted) return;
  }
};

const rateOf = ({ rebuild }: Member): number => rebuild?.eventsPerSecond ?? Number.POSITIVE_INFINITY;

/** Waits until so many events may have been folded since `began`, where a rebuild is to be gentle. */
const pace = async (rate: number, events: number, wait: Readonly<{ ms: number; signal: AbortSignal }>) => {
  const due = (events / rate) * 1_000 - wait.ms;
  if (due > 0) await sleep(due, undefined, { signal: wait.signal }).catch(() => undefined);
};

/** Moves views to a position that nothing stands at any more: the log's last events may have been purged. */
const stepTo = async (round: Round, members: readonly Member[], seq: number): Promise<void> => {
  const position = members[0]?.checkpoint.position ?? seq;
  if (position >= seq) return;
  await verify(round); // what they needed may have been purged under them
  // what came since is still to be read
  const stretch = { subjects: EVERYTHING, before: seq + 1 };
  const last = await persistently(round, () => round.log.lastBefore(stretch, () => true));
  const going = active(members);
  if (last > position || going.length === 0) return;
  await apply(round, going, [{ kind: 'version', seq, account: '', aggregate: '' }]);
};

/** Brings views that stand at one position up to `seq`, or to the log's present end; tells which came so far. */
const catchUp = async (
  round: Round,
  members: readonly Member[],
  { signal, seq = Number.POSITIVE_INFINITY }: Readonly<{ signal: AbortSignal; seq?: number }>,
): Promise<readonly Member[]> => {
  const after = members[0]?.checkpoint.position ?? 0;
  const rate = Math.min(...members.map(rateOf));
  const max = Math.min(LARGE_BATCH, Math.ceil(rate));
  const source = round.log.read({ subjects: EVERYTHING, after }, { max });
  for await (const entries of ahead(source)) {
    const began = round.now().getTime();
    const wanted = entries.filter((entry) => entry.seq <= seq);
    if (wanted.length > 0) await apply(round, active(members), wanted);
    if (seq === Number.POSITIVE_INFINITY)
      await pace(rate, wanted.length, { ms: round.now().getTime() - began, signal });
    if (signal.aborted || active(members).length === 0) return [];
    if (wanted.length < entries.length) break;
  }
  if (seq === Number.POSITIVE_INFINITY) await stepTo(round, active(members), round.goal);
  await publishCaughtUp(round, members);
  return active(members);
};

/** Brings views that stand at one position to the log's end, in large steps, and goes on from there. */
const readOn = async (round: Round, members: readonly Member[], signal: AbortSignal): Promise<void> => {
  const near = await catchUp(round, members, { signal });
  if (near.length > 0) await follow(round, near, signal);
};

const RETRY_MS = 1_000;

/**
 * Follows the log with one view that is apart. A runner that is faster at it only puts it off: who keeps the views
 * is decided by those that are in step.
 */
const followApart = async (shared: Round, member: Member, signal: AbortSignal): Promise<void> => {
  // what it loads and writes would crowd out the others' documents
  const round = { ...shared, docs: createDocCache(shared.store.load), size: createRunSize() };
  while (!signal.aborted && member.checkpoint.stop === null) {
    try {
      await readOn(round, [member], signal);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      const found = await persistently(round, () => round.store.checkpoints());
      member.checkpoint = found.find(({ id }) => id === member.build.id) ?? member.checkpoint;
      round.moved([member]);
    }
  }
};

/** The views in step that are furthest, and those behind them. */
const inStep = (members: readonly Member[]): readonly [Member[], Member[]] => {
  const going = active(members).filter((member) => !isApart(member));
  const front = Math.max(...going.map(({ checkpoint }) => checkpoint.position));
  const isFront = ({ checkpoint }: Member) => checkpoint.position === front;
  return [going.filter(isFront), going.filter((member) => !isFront(member))];
};

/** Those that stand at one position and may go at one rate read the log together. */
const inPasses = (members: readonly Member[]): readonly (readonly Member[])[] => {
  const passes = new Map<string, Member[]>();
  for (const member of members) {
    const key = `${member.checkpoint.position} ${rateOf(member)}`;
    passes.set(key, [...(passes.get(key) ?? []), member]);
  }
  return [...passes.values()];
};

/**
 * One round: the furthest views follow the log together, those behind and those apart by themselves meanwhile. Once
 * some of those behind have come near, the round ends with all of them at one position, so that the next one takes them
 * together. It ends also when `wake` is aborted, when no view goes on, or (throwing) in trouble.
 */
export const runRound = async (round: Round, wake: AbortController): Promise<void> => {
  const [front, behind] = inStep(round.members);
  const signal = AbortSignal.any([round.signal, wake.signal]);
  const near: Member[] = [];
  const tasks = [
    ...(front.length === 0 ? [] : [readOn(round, front, signal)]),
    ...active(round.members)
      .filter(isApart)
      .map((member) => followApart(round, member, signal)),
    ...inPasses(behind).map(async (members) => {
      near.push(...(await catchUp(round, members, { signal })));
    }),
  ];
  const ends = await Promise.allSettled(tasks.map((task) => task.finally(() => wake.abort())));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  const seq = front[0]?.checkpoint.position ?? 0;
  for (const members of inPasses(active(near))) await catchUp(round, members, { signal: round.signal, seq });
};
