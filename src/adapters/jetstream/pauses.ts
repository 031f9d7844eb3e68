import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream';

/** A turn of the event loop brought no more. */
export const NOTHING_YET = Symbol('nothing yet');
const nextTurn = (): Promise<typeof NOTHING_YET> =>
  new Promise((resolve) => setImmediate(() => resolve(NOTHING_YET)));

/** So many messages in one turn of the event loop at most: what else goes on is not to wait for a whole window. */
const AT_ONCE = 50;

/**
 * Messages as they come, and `NOTHING_YET` wherever a turn of the event loop brings no more of them. (The client's
 * own `getPending` never comes back to 0 once a heartbeat stood among the messages.)
 */
export async function* withPauses(
  messages: ConsumerMessages,
): AsyncGenerator<JsMsg | typeof NOTHING_YET, void> {
  const iterator = messages[Symbol.asyncIterator]();
  let paused = true;
  let run = 0;
  for (let next = iterator.next(); ; ) {
    const result: IteratorResult<JsMsg> | typeof NOTHING_YET = await (paused
      ? next
      : Promise.race([next, nextTurn()]));
    paused = result === NOTHING_YET;
    run = paused ? 0 : run + 1;
    if (result === NOTHING_YET) {
      yield NOTHING_YET;
      continue;
    }
    if (result.done === true) return;
    yield result.value;
    next = iterator.next();
    if (run === AT_ONCE) {
      next.catch(() => undefined); // whoever awaits it hears of it; meanwhile it must not end the process
      await nextTurn();
      run = 0;
    }
  }
}
