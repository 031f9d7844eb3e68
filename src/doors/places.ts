import { WildcatError } from '../errors.ts';

/** The ways by which a consumer waits for events. */
export const WAYS = ['poll', 'stream', 'socket'] as const;
export type Way = (typeof WAYS)[number];

/** A consumer's place. `signal` is raised when it is to end, `onLeave` runs when it has left. */
export type Place = Readonly<{
  signal: AbortSignal;
  onLeave: (act: () => void) => void;
  /** Repeatable. */
  leave: () => void;
}>;

export type Places = Readonly<{
  /** Throws `throttled` where all are taken, `unavailable` while the service stops. `gone`: the consumer hung up. */
  take: (way: Way, gone: AbortSignal) => Place;
  /** How many are taken. */
  taken: () => Readonly<Record<Way, number>>;
  /** Asks all to end; resolves when they have left, after `ms` at the latest. */
  close: (ms: number) => Promise<void>;
}>;

/** Places for so many consumers that wait at once. */
export const createPlaces = (max: number): Places => {
  const open = new Map<AbortController, Way>();
  let emptied: (() => void) | null = null;
  let closed = false;

  const take: Places['take'] = (way, gone) => {
    if (closed) throw new WildcatError('unavailable', 'The service is stopping');
    if (open.size >= max)
      throw new WildcatError(
        'throttled',
        `All ${max} places for waiting consumers are taken: try again later`,
      );
    const ending = new AbortController();
    const acts: (() => void)[] = [];
    open.set(ending, way);
    const leave = (): void => {
      if (!open.delete(ending)) return;
      gone.removeEventListener('abort', hangUp);
      ending.abort();
      for (const act of acts) act();
      if (open.size === 0) emptied?.();
    };
    const hangUp = (): void => leave();
    gone.addEventListener('abort', hangUp);
    if (gone.aborted) leave();
    return { signal: ending.signal, onLeave: (act) => void acts.push(act), leave };
  };

  const taken = (): Record<Way, number> => {
    const counts = { poll: 0, stream: 0, socket: 0 };
    for (const way of open.values()) counts[way] += 1;
    return counts;
  };

  const close = async (ms: number): Promise<void> => {
    closed = true;
    if (open.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      emptied = () => {
        clearTimeout(timer);
        resolve();
      };
      for (const ending of [...open.keys()]) ending.abort();
    });
  };
  return { take, taken, close };
};
