import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { type SandboxProcess, spawnSandbox } from '../../sandbox/spawn.ts';
import { openBaileys, pairBaileys, until, untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { download, makeJpeg, trusting } from '../support/media.ts';
import { jidOf } from '../support/sandbox.ts';

const ME = '4915130000001';
const BEN = '4915130000002';

let data: string;
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'sandbox-media-'));
});
after(() => rm(data, { recursive: true, force: true }));

let running: SandboxProcess | undefined;
dumpFramesOnFailure(() => running && { control: running.client });

it('serves old links after a restart, under the same authority', async () => {
  const first = await spawnSandbox({ data });
  running = first;
  const ca = await readFile(first.caFile, 'utf8');
  const me = await first.client.makePhone(ME);
  const ben = await first.client.makePhone(BEN);
  const client = await pairBaileys(first, me.scan, { config: trusting(ca) });
  const file = Buffer.from('still here');
  const id = await ben.sendFile(ME, { kind: 'document', data: file });
  const { message } = await untilUpsert(client, id);
  await ben.setPicture(await makeJpeg(100, 100));
  await client.close();
  assert.equal(await first.close(), 0);

  const second = await spawnSandbox({ data });
  running = second;
  assert.equal(second.caFile, first.caFile);
  assert.equal(await readFile(second.caFile, 'utf8'), ca);
  assert.deepEqual(await download(message, ca), file);
  const later = openBaileys(second, { auth: client.auth, config: trusting(ca) });
  await until('login', () => later.connection.some(({ connection }) => connection === 'open'));
  assert.ok(await later.sock().profilePictureUrl(jidOf(BEN), 'image'));
  const sent = await later.sock().sendMessage(jidOf(BEN), { document: file, mimetype: 'text/plain' });
  await second.client.phone(BEN).waitForMessage((shown) => shown.id === sent?.key.id);
  assert.deepEqual(await second.client.phone(BEN).file(sent?.key.id ?? ''), file);
  await later.close();
  assert.equal(await second.close(), 0);
});
