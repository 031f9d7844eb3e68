/** Asks for an item whose rejection is thrown where it is awaited, be that later. */
export const ask = <T>(iterator: AsyncIterator<T, void>): Promise<IteratorResult<T, void>> => {
  const next = iterator.next();
  next.catch(() => undefined);
  return next;
};

/**
 * The same items, the next one asked for while one is being worked on: reading the log then costs no time of its own.
 * A loop that ends early waits for that one, so for sources that come to an end.
 */
export async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T, void> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (let next = ask(iterator); ; ) {
      const result: IteratorResult<T, void> = await next;
      if (result.done === true) return;
      next = ask(iterator);
      yield result.value;
    }
  } finally {
    await iterator.return?.();
  }
}
