import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, messageOf, WildcatError } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { EventLog, LogEntry } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';
import type { Positions } from '../ports/positions.ts';
import { type KeptPosition, openPosition } from './kept-position.ts';

export type FollowerDeps = Readonly<{
  log: Pick<EventLog, 'read' | 'follow' | 'state'>;
  positions: Positions;
  logger: Logger;
}>;

type Following = Readonly<{
  /** Name of its position. */
  name: string;
  subjects: readonly string[];
  signal: AbortSignal;
  /** Begins after `seq`; where it throws, it is asked to once more. */
  begin: (seq: number) => void | Promise<void>;
  /** Events in log order; some may come twice. What it resolves is waited for before more is read. */
  fold: (events: readonly Recorded<WildcatEvent>[]) => void | Promise<void>;
  /** How far it has been folded. */
  seen: () => number;
  /** Where to go on after a restart. */
  position: () => number;
  /** Told after each batch, once all that the log held at the start is folded. */
  onNews: () => void;
}>;

export type Follower = Readonly<{
  isReady: () => boolean;
  /** Resolves once it is ready, or never will be. */
  ready: Promise<void>;
  /** Folds what the log holds now, unless `signal` ends it before. */
  readToEnd: () => Promise<void>;
  /** Why it stands still, or null. */
  failure: () => string | null;
  /** Resolves once it has ended after `signal`, its position kept. */
  ended: Promise<void>;
}>;

const PAUSE_MS = 1_000;

const eventOf = (entry: LogEntry): Recorded<WildcatEvent>[] => {
  if (entry.kind === 'undecodable')
    throw new WildcatError('misconfigured', entry.error.message, { cause: entry.error });
  return entry.kind === 'event' ? [entry.event] : [];
};

/**
 * A reactor's way along the log, from a position kept in MongoDB at most once a second. An event that can't be read
 * and a log that is not the position's own end it, loudly; everything else is tried again.
 */
export const startFollower = ({ log, positions, logger }: FollowerDeps, following: Following): Follower => {
  const { name, subjects, signal } = following;
  let kept: KeptPosition | null = null;
  let isReady = false;
  let failure: string | null = null;
  let announce = (): void => {};
  const ready = new Promise<void>((resolve) => {
    announce = resolve;
  });

  const pause = (): Promise<void> => sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
  const keep = (): Promise<void> =>
    kept?.move(following.position()).catch((err: unknown) => logger.warn({ err }, 'position was not kept')) ??
    Promise.resolve();
  const keepNowAndThen = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause();
      await keep();
    }
  };
  const readToEnd = async (): Promise<void> => {
    for await (const entries of log.read({ subjects, after: following.seen() })) {
      if (signal.aborted) return;
      await following.fold(entries.flatMap(eventOf));
    }
  };

  const follow = async (): Promise<void> => {
    if (kept === null) {
      const opened = await openPosition(log, positions, name);
      await following.begin(opened.seq);
      kept = opened;
    }
    await readToEnd();
    if (signal.aborted) return;
    isReady = true;
    failure = null;
    announce();
    following.onNews();
    for await (const entries of log.follow({ subjects, after: following.seen() }, { signal })) {
      await following.fold(entries.flatMap(eventOf));
      following.onNews();
    }
  };
  /** Whether to go on after `err`. */
  const stumble = async (err: unknown): Promise<boolean> => {
    if (signal.aborted) return false;
    failure = messageOf(err);
    logger.error({ err, follower: name }, 'follower stands still');
    if (hasCode(err, 'misconfigured')) return false;
    await pause();
    return true;
  };
  const run = async (): Promise<void> => {
    let goesOn = true;
    while (goesOn && !signal.aborted) goesOn = await follow().then(() => true, stumble);
    isReady = false;
    announce();
  };

  const ended = Promise.all([run(), keepNowAndThen()]).then(() => {});
  return { isReady: () => isReady, ready, readToEnd, failure: () => failure, ended };
};
