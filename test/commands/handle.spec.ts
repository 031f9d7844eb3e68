import assert from 'node:assert/strict';
import { it } from 'node:test';
import { againOnConflict } from '../../src/commands/handle.ts';
import { WildcatError } from '../../src/errors.ts';

/** How often something is tried that is refused so, `times` times, and what comes of it. */
const tried = async (code: 'version_conflict' | 'unavailable', times: number) => {
  let tries = 0;
  const act = async () => {
    tries += 1;
    if (tries <= times) throw new WildcatError(code, 'why');
    return 'done';
  };
  const outcome = await againOnConflict(act).catch((error: WildcatError) => error.code);
  return [tries, outcome];
};

it('what rests on an earlier state is repeated where another decision came first, 5 times at most', async () => {
  assert.deepEqual(await tried('version_conflict', 0), [1, 'done']);
  assert.deepEqual(await tried('version_conflict', 4), [5, 'done']);
  assert.deepEqual(await tried('version_conflict', 99), [5, 'version_conflict']);
});

it('what failed otherwise is not', async () => {
  assert.deepEqual(await tried('unavailable', 1), [1, 'unavailable']);
});
