/**
 * The same items, the next one asked for while one is being worked on: reading the log then costs no time of its own.
 * `stop` is aborted when the loop ends early, since the source may be waiting for an item that never comes.
 */
export async function* ahead<T>(source: AsyncIterable<T>, stop: AbortController): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const next = iterator.next();
    next.catch(() => undefined); // thrown where it is awaited
    return next;
  };
  try {
    for (let next = ask(); ; ) {
      const result: IteratorResult<T> = await next;
      if (result.done === true) return;
      next = ask();
      yield result.value;
    }
  } finally {
    stop.abort();
    await iterator.return?.();
  }
}
