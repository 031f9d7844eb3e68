export const never = (): Promise<never> => new Promise(() => {});
export const ignore = (): void => {};

/** Something that happens once, and the way to say that it has. */
export const signal = (): [Promise<void>, () => void] => {
  let raise = ignore;
  const raised = new Promise<void>((resolve) => {
    raise = resolve;
  });
  return [raised, () => raise()];
};

/** What `task` gives; throws as soon as `over` is aborted. No listener is left on it. */
export const unlessOver = async <T>(task: Promise<T>, over: AbortSignal): Promise<T> => {
  const [aborted, onAbort] = signal();
  if (over.aborted) onAbort();
  over.addEventListener('abort', onAbort);
  const ended = aborted.then(() => {
    throw new Error('the connection was closed, or it took too long');
  });
  try {
    return await Promise.race([task, ended]);
  } finally {
    over.removeEventListener('abort', onAbort);
  }
};
