import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { startService, temporaryDirectory } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, pair, startWorld } from '../support/world.ts';

const world = await startWorld({ durable: true });
after(() => world.close());

it('leaves no part of a file behind when it is killed on its way out', async () => {
  const elsewhere = temporaryDirectory();
  const env = { ...world.env, TMPDIR: elsewhere };
  const own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  const anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  const dir = join(world.env.DATA_DIR ?? assert.fail('no DATA_DIR'), 'tmp');
  const first = await startService(env);
  await pair(first, 'shop', own);
  const server = world.sandbox.account(own.number);
  await server.trouble({ kind: 'hang-uploads', count: 9 });
  const bytes = randomBytes(1_000);
  const body = { to: jidOf(anna), base64: bytes.toString('base64'), fileName: 'a.bin' };
  const sent = await first.send('POST', '/accounts/shop/message/send/document', body, { prefer: 'wait=0' });
  assert.equal(sent.status, 202);
  const left = await waitFor(async () => (await readdir(dir)).find((name) => name.endsWith('-enc')), {
    what: 'the file that is uploaded',
  });
  await first.kill();
  assert.ok((await readdir(dir)).includes(left), 'nothing was left behind');

  await server.trouble({ kind: 'none' });
  const second = await startService(env);
  assert.ok(!(await readdir(dir)).includes(left));
  await anna.waitForMessage(({ id }) => id === sent.body.messageId);
  assert.deepEqual(await anna.file(String(sent.body.messageId)), bytes);
  await waitFor(async () => (await readdir(dir)).length === 0, { what: 'its own files removed' });
  assert.equal(await second.stop(), 0);
  assert.deepEqual(await readdir(elsewhere), []);
  await assert.rejects(readdir(dir), /ENOENT/);
});
