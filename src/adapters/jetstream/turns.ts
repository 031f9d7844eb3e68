/** Who of those that share a key may go: the first, until it leaves. */
export type Turns<T> = Readonly<{
  join: (one: T) => void;
  isFirst: (one: T) => boolean;
  /** Gives whose turn has come by that; undefined where nobody waits, or it was not its turn. */
  leave: (one: T) => T | undefined;
}>;

/** Turns in the order of joining, apart for each key. `keyOf` must give one answer for one thing. */
export const createTurns = <T>(keyOf: (one: T) => string): Turns<T> => {
  const queues = new Map<string, Set<T>>();
  const firstOf = (queue: Set<T> | undefined): T | undefined => queue?.values().next().value;
  return {
    join: (one) => {
      const key = keyOf(one);
      const queue = queues.get(key);
      if (queue === undefined) queues.set(key, new Set([one]));
      else queue.add(one);
    },
    isFirst: (one) => firstOf(queues.get(keyOf(one))) === one,
    leave: (one) => {
      const key = keyOf(one);
      const queue = queues.get(key);
      const wasFirst = firstOf(queue) === one;
      queue?.delete(one);
      if (queue?.size === 0) queues.delete(key);
      return wasFirst ? firstOf(queue) : undefined;
    },
  };
};
