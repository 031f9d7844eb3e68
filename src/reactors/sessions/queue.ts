type Task = () => Promise<void>;

/** Runs tasks one after another; what a task throws goes to `onError`, and the next one runs. */
export const createQueue = (onError: (error: unknown) => void): ((task: Task) => void) => {
  let tail: Promise<void> = Promise.resolve();
  return (task) => {
    tail = tail.then(task).catch(onError);
  };
};

/** Runs at most `places` tasks at once, the others in the order they came. */
export const createLimit = (places: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let free = places;
  return async (task) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
};
