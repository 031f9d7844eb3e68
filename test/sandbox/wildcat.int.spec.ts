import assert from 'node:assert/strict';
import { it } from 'node:test';
import { watchWildcat } from '../../sandbox/wildcat.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';
import { startMongo, startNats } from '../support/servers.ts';
import { startService, temporaryDirectory } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';

const API_KEY = 'a key of the test';
const SHOP = '4916400000001';

let running: TestSandbox | undefined;
dumpFramesOnFailure(() => running);

it('learns which account of a Wildcat waits for a scan', async () => {
  const [nats, mongo, test] = await Promise.all([startNats(), startMongo(), openSandbox()]);
  running = test;
  const service = await startService({
    NATS_URL: nats.url,
    MONGO_URL: mongo.url,
    DB_NAME: 'sandbox_wildcat',
    DATA_DIR: temporaryDirectory(),
    API_KEY,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    WHATSAPP_SOCKET_URL: test.sandbox.url,
    WHATSAPP_ROOT_KEY: test.sandbox.rootKey,
  });
  try {
    watchWildcat(test.sandbox.world, { url: service.url, apiKey: API_KEY });
    const key = { 'x-api-key': API_KEY };
    const { status } = await service.send('POST', '/accounts', { id: 'shop', name: 'My shop' }, key);
    assert.equal(status, 201);
    const qr = await waitFor(
      async () => (await test.control.waiting()).find(({ name }) => name === 'My shop')?.qr,
      { what: 'QR code of the account' },
    );
    await (await test.control.makePhone(SHOP)).scan(qr);
    await waitFor(async () => (await service.get('/accounts/shop/status', key)).body.status === 'connected', {
      what: 'connected account',
    });
  } finally {
    await service.kill();
    await Promise.all([nats.stop(), mongo.stop(), test.close()]);
  }
});
