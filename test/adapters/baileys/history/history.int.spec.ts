import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { eventsOf, openSession, ownerOf, type TestSession } from '../../../support/baileys.ts';
import { openGatewayScene } from '../../../support/gateway-scene.ts';
import { waitFor } from '../../../support/wait.ts';

const ME = '4915400000001';
const ACCOUNT = 'shop';
const { sandbox, gateway, close } = await openGatewayScene();
let session: TestSession | null = null;
after(async () => {
  await session?.session.close();
  await close();
});
const history = { chats: 3, messages: 20, onMediaHost: true };
const phone = await sandbox.control.makePhone(ME, { name: 'Me', history });
const ben = await sandbox.control.makePhone('4915400000002', { name: 'Ben' });
const server = sandbox.control.account(ME);

const logged = async (type: string) =>
  (await eventsOf(gateway.log, ACCOUNT)).filter((event) => event.type === type);

it('receives what comes in while a part of the history is on its way', async () => {
  await server.trouble({ kind: 'hang-downloads', count: 1 });
  let scanned: Promise<unknown> | null = null;
  const first = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 1), (qr) => {
    scanned ??= phone.scan(qr);
  });
  await first.until('closed');
  await scanned;
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 1));
  await session.until('open');
  const { trouble } = sandbox.sandbox.world.state.phones.get(ME) ?? assert.fail('nobody has that number');
  await waitFor(() => trouble.hangDownloads === 0, { what: 'a download' });
  const id = await ben.send(ME, 'are you there?');
  await waitFor(
    async () => (await logged('message.received')).some(({ data }) => 'waId' in data && data.waId === id),
    { what: 'the message', ms: 15_000 },
  );
  assert.deepEqual(await logged('message.imported'), []);
});

it('takes the part in, in the next session', async () => {
  await session?.session.close();
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 2));
  await waitFor(async () => (await logged('message.imported')).length === 3 * 20, { what: 'the history' });
});
