import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { createCaller } from '../../../src/adapters/jetstream/session-calls.ts';
import { eventsOf, openSession, ownerOf, pair, type TestSession } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';

const ME = '4915400000001';
const BEN = '4915400000002';

const { sandbox, gateway, close } = await openGatewayScene();
after(close);
let session: TestSession;

it('pairs by QR, restarts, and opens', async () => {
  const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
  session = await pair(gateway.whatsApp, ownerOf('shop', 1), phone.scan);
  assert.deepEqual(
    session.updates.map(({ type }) => type),
    ['open', 'caught_up'],
  );
});

it('logs a text before it is receipted', async () => {
  const ben = await sandbox.control.makePhone(BEN, { name: 'Ben' });
  const id = await ben.send(ME, 'hello');
  await sandbox.control.account(ME).waitForReceipt((receipt) => receipt.id === id);
  const entries = await eventsOf(gateway.log, 'shop');
  assert.ok(entries.some((entry) => entry.type === 'message.received'));
});

it('is caught up only once it is open, even where WhatsApp is slow to let it in', async () => {
  await session.session.close();
  await sandbox.control.account(ME).trouble({ kind: 'iqs', hold: 500 });
  session = await openSession(gateway.whatsApp, ownerOf('shop', 2));
  await session.until('caught_up');
  await sandbox.control.account(ME).trouble({ kind: 'none' });
  assert.deepEqual(
    session.updates.map(({ type }) => type),
    ['open', 'caught_up'],
  );
});

it('closes, and answers no calls from the first moment on', async () => {
  const call = createCaller(gateway.nc);
  const reject = () => call('shop', 'callReject', { callId: 'none' });
  await assert.rejects(reject, { code: 'not_found' });
  const closed = session.session.close();
  await assert.rejects(reject, { code: 'not_connected' });
  await closed;
  assert.deepEqual(session.updates.at(-1), { type: 'closed', code: null, reason: 'closed', paired: true });
});
