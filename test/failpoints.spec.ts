import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { createFailpoint } from '../src/failpoints.ts';

const deaths = (setting: string | undefined, names: readonly string[]): number[] => {
  const died: number[] = [];
  let n = 0;
  const failpoint = createFailpoint(setting, () => died.push(n));
  for (const name of names) {
    n++;
    failpoint(name);
  }
  return died;
};

it('dies at the named point only', () => {
  assert.deepEqual(deaths('b', ['a', 'b', 'c']), [2]);
  assert.deepEqual(deaths(undefined, ['a', 'b']), []);
});

it('dies at the n-th time where told so', () => {
  assert.deepEqual(deaths('b:3', ['b', 'a', 'b', 'b', 'b']), [4]);
});

it('dies by SIGKILL, leaving nobody a chance to tidy up', () => {
  const script = `
    process.on('exit', () => console.log('tidied'));
    const { createFailpoint } = await import(${JSON.stringify(new URL('../src/failpoints.js', import.meta.url).href)});
    createFailpoint('here')('here');
    console.log('survived');`;
  const { signal, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.equal(signal, 'SIGKILL');
  assert.equal(stdout, '');
});
