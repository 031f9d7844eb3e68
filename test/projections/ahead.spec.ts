import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ahead } from '../../src/projections/ahead.ts';

const log: string[] = [];
async function* numbers(upTo: number, signal?: AbortSignal): AsyncGenerator<number, void> {
  for (let n = 1; n <= upTo; n++) {
    log.push(`made ${n}`);
    yield n;
  }
  if (signal !== undefined) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('asks for the next item while one is worked on, and gives all in order', async () => {
  log.length = 0;
  for await (const n of ahead(numbers(3), new AbortController())) {
    await settled();
    log.push(`used ${n}`);
  }
  assert.deepEqual(log, ['made 1', 'made 2', 'used 1', 'made 3', 'used 2', 'used 3']);
});

it('ends a source that waits for ever when the loop ends early', async () => {
  const stop = new AbortController();
  for await (const n of ahead(numbers(1, stop.signal), stop)) if (n === 1) break;
  assert.equal(stop.signal.aborted, true);
});

it('throws what the source throws, when it is its turn', async () => {
  const seen: number[] = [];
  async function* failing(): AsyncGenerator<number, void> {
    yield 1;
    throw new Error('broken');
  }
  const use = async () => {
    for await (const n of ahead(failing(), new AbortController())) {
      await settled();
      seen.push(n);
    }
  };
  await assert.rejects(use(), /broken/);
  assert.deepEqual(seen, [1]);
});
