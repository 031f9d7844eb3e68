import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ahead } from '../../../src/projections/runner/ahead.ts';

const log: string[] = [];
async function* numbers(upTo: number): AsyncGenerator<number, void> {
  for (let n = 1; n <= upTo; n++) {
    log.push(`made ${n}`);
    yield n;
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('asks for the next item while one is worked on, and gives all in order', async () => {
  log.length = 0;
  for await (const n of ahead(numbers(3))) {
    await settled();
    log.push(`used ${n}`);
  }
  assert.deepEqual(log, ['made 1', 'made 2', 'used 1', 'made 3', 'used 2', 'used 3']);
});

it('throws what the source throws, when it is its turn', async () => {
  const seen: number[] = [];
  async function* failing(): AsyncGenerator<number, void> {
    yield 1;
    throw new Error('broken');
  }
  const use = async () => {
    for await (const n of ahead(failing())) {
      await settled();
      seen.push(n);
    }
  };
  await assert.rejects(use(), /broken/);
  assert.deepEqual(seen, [1]);
});
