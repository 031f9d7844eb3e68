import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

type Got = Readonly<{ position: number; previous: number }>;

/** The three lines of docs/events.md, as a function that takes one event and gives the position back. */
const documented = (): ((event: Got, position: number, handle: (event: Got) => void) => Promise<number>) => {
  const docs = readFileSync('docs/events.md', 'utf8');
  const [, lines = ''] = /```js\n((?:(?!```)[\s\S])*event\.previous > position[\s\S]*?)```/.exec(docs) ?? [];
  assert.equal(lines.trim().split('\n').length, 3);
  const body = `return (async () => {\n${lines}})().then(() => position)`;
  return new Function('event', 'position', 'handle', body) as ReturnType<typeof documented>;
};

it('the three lines of the documentation pass over repetitions and notice a gap', async () => {
  const take = documented();
  const seen: number[] = [];
  const handle = ({ position }: Got): void => void seen.push(position);
  let position = 4;
  for (const event of [
    { position: 4, previous: 2 },
    { position: 7, previous: 4 },
    { position: 7, previous: 4 },
    { position: 9, previous: 7 },
  ])
    position = await take(event, position, handle);
  assert.deepEqual([seen, position], [[7, 9], 9]);
  await assert.rejects(take({ position: 15, previous: 12 }, position, handle), /missed something/);
  assert.deepEqual(seen, [7, 9]);
});
