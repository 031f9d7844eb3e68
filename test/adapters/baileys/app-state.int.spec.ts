import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { eventsOf, openSession, ownerOf, pair } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const BEN = '4915400000002';
const CEM = '4915400000003';
const ACCOUNT = 'shop';

const { nats, sandbox, gateway, close } = await openGatewayScene({
  nats: { durable: true },
  patienceMs: 4_000,
});
const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
for (const number of [BEN, CEM]) await sandbox.control.makePhone(number, { name: number });
let session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, 1), phone.scan);
after(async () => {
  await session.session.close();
  await close();
});

const saved = async (): Promise<string[]> =>
  (await eventsOf(gateway.log, ACCOUNT)).flatMap((event) =>
    event.type === 'contact.saved' ? [event.data.name] : [],
  );

it('loses nothing of the app state while the log is away for longer than its patience', async () => {
  await phone.change({ kind: 'contact', number: BEN, name: 'before' });
  await waitFor(async () => (await saved()).includes('before'), { what: 'the first contact' });
  await nats.kill('SIGKILL');
  await phone.change({ kind: 'contact', number: BEN, name: 'meanwhile' });
  await session.until('closed', 30_000);
  await nats.restart();
  const isUp = (): Promise<boolean> =>
    gateway.log.state().then(
      () => true,
      () => false,
    );
  await waitFor(isUp, { what: 'the log', ms: 20_000 });
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 2));
  await session.until('caught_up');
  await phone.change({ kind: 'contact', number: CEM, name: 'afterwards' });
  await waitFor(async () => (await saved()).includes('afterwards'), { what: 'the last contact' });
  assert.deepEqual(await saved(), ['before', 'meanwhile', 'afterwards']);
});
