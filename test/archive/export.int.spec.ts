import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { exportLog } from '../../src/archive/export.ts';
import { hasCode } from '../../src/errors.ts';
import { openLog, received, type TestLog } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { temporaryDirectory } from '../support/service.ts';
import { silentLog } from '../support/silent-log.ts';

let nats: TestServer;
let opened: TestLog;
before(async () => {
  nats = await startNats();
  opened = await openLog(nats.url);
});
after(async () => {
  await opened?.close();
  await nats?.stop();
});

it('is no archive where a purge came in between', async () => {
  const raw = await createRawLog(opened.nc, silentLog);
  for (let n = 0; n < 3_000; n += 500)
    await Promise.all(Array.from({ length: 500 }, (_, at) => opened.log.append(received(`W${n + at}`))));
  const log: Pick<typeof raw, 'state' | 'read'> = {
    state: raw.state,
    read: async function* (stretch, signal) {
      for await (const batch of raw.read(stretch, signal)) {
        yield batch;
        await raw.purge(2_500, ['message']);
      }
    },
  };
  const deps = {
    log,
    blobs: opened.blobs,
    files: { findById: async () => null, open: () => assert.fail('no file is meant') },
    now: () => new Date('2026-01-01T00:00:00Z'),
    onProgress: () => undefined,
    onMissing: () => undefined,
    signal: new AbortController().signal,
  };
  const dir = join(temporaryDirectory(), 'archive');
  await assert.rejects(exportLog(deps, dir, {}), (error) => hasCode(error, 'version_conflict'));
  assert.ok(!existsSync(join(dir, 'manifest.json')));
});

it('says whose log is meant where there is none', async () => {
  await opened.jsm.streams.delete('WILDCAT');
  const raw = await createRawLog(opened.nc, silentLog);
  await assert.rejects(raw.state(), (error) => {
    assert.ok(hasCode(error, 'misconfigured'), String(error));
    assert.match(error.message, /no log of Wildcat: give the DATA_DIR or NATS_URL/);
    return true;
  });
});
