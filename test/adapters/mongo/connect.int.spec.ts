import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, it } from 'node:test';
import { loadSecretKey } from '../../../src/adapters/crypto.ts';
import { createAuthStore } from '../../../src/adapters/mongo/auth-store.ts';
import { createBlobStore } from '../../../src/adapters/mongo/blob-store.ts';
import { connectMongo } from '../../../src/adapters/mongo/connect.ts';
import { createDeliveries } from '../../../src/adapters/mongo/deliveries.ts';
import { createFileStore } from '../../../src/adapters/mongo/file-store.ts';
import { createOutbox } from '../../../src/adapters/mongo/outbox.ts';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
import { checkSecretKey } from '../../../src/adapters/mongo/secret-check.ts';
import { createWebhookTargets } from '../../../src/adapters/mongo/webhook-targets.ts';
import { ownerOf, TEST_SECRET } from '../../support/baileys.ts';
import { startMongo, type TestServer } from '../../support/servers.ts';

let server: TestServer;
before(async () => {
  server = await startMongo();
});
after(() => server.stop());

const WRITES = new Set(['insert', 'update', 'delete']);
const now = () => new Date();

it('whatever is kept is kept on the disks of a majority', async () => {
  const { client, state, close } = connectMongo(
    `${server.url}&monitorCommands=true`,
    `client_${process.pid}`,
  );
  const written: Record<string, unknown> = {};
  client.on('commandStarted', ({ commandName, command }) => {
    if (!WRITES.has(commandName)) return;
    const { w, j } = command.writeConcern ?? {};
    const collection = String(command[commandName]);
    if (w !== 'majority' || j !== true) assert.fail(`${commandName} of ${collection}: w ${w}, j ${j}`);
    written[`${commandName} ${collection}`] = true;
  });
  const secret = await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' });

  await checkSecretKey(state, secret);
  const keys = await createAuthStore(state, secret).open(ownerOf('shop', 1));
  await keys.write([{ type: 'session', id: 'a', value: { n: 1 } }]);
  await keys.write([{ type: 'session', id: 'b', value: { n: 1 } }]);
  await keys.fold();
  const send = { waId: 'W1', to: '1@s.whatsapp.net', message: Buffer.of(1), attributes: {} };
  await (await createOutbox(state, now)).put('shop', send);
  await createBlobStore(state).put('shop', Buffer.of(1, 2));
  const files = await createFileStore(state, now);
  const staged = await files.stage('shop', Readable.from([Buffer.of(3)]), 10);
  await files.keep(staged, { mimetype: 'text/plain' });
  await createWebhookTargets(state, secret).keep('ref', {
    url: 'https://a.example',
    headers: {},
    secrets: [],
  });
  const positions = createPositions(state);
  const start = { seq: 1, stream: 'one' };
  await positions.move('webhook/wh_b', null, start);
  await positions.move('webhook/wh_b', start, { ...start, seq: 2 });
  const parked = { line: 'wh_b', seq: 3, previous: 0, at: 0, lane: 'shop/_', account: 'shop', failed: 1 };
  await (await createDeliveries(state, { keepMs: 1_000, now })).park([{ ...parked, notBefore: 0 }]);

  assert.deepEqual(Object.keys(written).sort(), [
    ...['delete keys_shop', 'delete staging'],
    ...['insert keys_shop', 'insert media.chunks', 'insert media.files', 'insert positions'],
    ...[
      'insert secret',
      'insert staging',
      'insert webhook_targets',
      'update keys_shop',
      'update media.chunks',
    ],
    ...['update media.files', 'update outbox', 'update positions', 'update webhook_parked'],
  ]);
  await state.dropDatabase();
  await close();
});
