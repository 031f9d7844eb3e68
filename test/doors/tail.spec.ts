import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createTail } from '../../src/doors/tail.ts';
import { hasCode } from '../../src/errors.ts';
import type { LogEntry } from '../../src/ports/event-log.ts';
import { silentLog } from '../support/silent-log.ts';

const state = { created: 'C', firstSeq: 1, lastSeq: 5, messages: 5, bytes: 1, maxBytes: 0, purgedUpto: 0 };
const fence = (seq: number): LogEntry => ({ kind: 'version', seq, account: 'shop', aggregate: 'account' });
const anybody = new AbortController().signal;

/** A log whose followers get what the spec brings, until it breaks. */
const scripted = () => {
  const followers: { signal: AbortSignal; bring: (entry: LogEntry | Error) => void }[] = [];
  const log = {
    state: async () => state,
    async *follow(_: unknown, { signal }: Readonly<{ signal: AbortSignal }>) {
      const waiting: (LogEntry | Error)[] = [];
      let wake = (): void => undefined;
      const bring = (entry: LogEntry | Error): void => {
        waiting.push(entry);
        wake();
      };
      followers.push({ signal, bring });
      signal.addEventListener('abort', () => wake());
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield [next];
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
  return { log, followers };
};

it('follows the log once for all that hold it, and ends a minute after the last has let go', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const { log, followers } = scripted();
  const tail = createTail(log, silentLog);
  const [one, other] = await Promise.all([tail.hold(), tail.hold()]);
  const news = [one.news(5, anybody), other.news(5, anybody)];
  followers[0]?.bring(fence(6));
  await Promise.all(news);
  assert.deepEqual([followers.length, one.ring.end(), other.ring.end()], [1, 6, 6]);
  const isOverAfter = async (release: () => void): Promise<boolean | undefined> => {
    release();
    mock.timers.tick(60_000);
    await turn();
    return followers[0]?.signal.aborted;
  };
  assert.equal(await isOverAfter(one.release), false);
  assert.equal(await isOverAfter(one.release), false);
  const whileAway = await isOverAfter(() => {
    other.release();
    void tail.hold().then((back) => back.release());
  });
  assert.equal(whileAway, false);
  mock.timers.tick(60_000);
  await turn();
  assert.equal(followers[0]?.signal.aborted, true);
  mock.timers.reset();
});

it('tells whoever waits where the log can not be followed, and begins anew with whoever comes next', async () => {
  const { log, followers } = scripted();
  const tail = createTail(log, silentLog);
  const held = await tail.hold();
  const news = held.news(5, anybody);
  followers[0]?.bring(new Error('gone'));
  await assert.rejects(news, (error) => hasCode(error, 'unavailable'));
  await assert.rejects(held.news(5, anybody), (error) => hasCode(error, 'unavailable'));
  const again = await tail.hold();
  const later = again.news(5, anybody);
  followers[1]?.bring(fence(6));
  await later;
  tail.stop();
});

it('lets go of whoever does not wait any more', async () => {
  const { log } = scripted();
  const tail = createTail(log, silentLog);
  const held = await tail.hold();
  const leaving = new AbortController();
  const news = held.news(5, leaving.signal);
  leaving.abort();
  await news;
  tail.stop();
});

it('is had by the next one where the log did not answer the first', async () => {
  const { log } = scripted();
  let answers = false;
  const moody = { ...log, state: async () => (answers ? state : assert.fail('no answer')) };
  const tail = createTail(moody, silentLog);
  await assert.rejects(tail.hold(), /no answer/);
  answers = true;
  assert.equal((await tail.hold()).ring.end(), 5);
  tail.stop();
});
