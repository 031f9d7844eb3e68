import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync } from 'node:fs';
import { it } from 'node:test';

const MODULE = new URL('../../src/compose/logger.js', import.meta.url).href;
const FULL = '/dev/full';

it('goes on where the disk that it logs to is full', { skip: !existsSync(FULL) }, async () => {
  const script = `
    const { createLogger } = await import(${JSON.stringify(MODULE)});
    const logger = await createLogger({ LOG_LEVEL: 'info' });
    for (let n = 0; n < 3; n++) logger.info({ n }, 'a line');
    process.stdout.write('went on');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', openSync(FULL, 'w')],
  });
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(output, 'went on');
});
