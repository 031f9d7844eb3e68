import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { AccountHandle, PhoneHandle } from '../../../sandbox/client.ts';
import {
  eventsOf,
  openGateway,
  openSession,
  ownerOf,
  type TestGateway,
  type TestSession,
} from '../../support/baileys.ts';
import { openSandbox, type TestSandbox } from '../../support/sandbox.ts';
import { startMongo, startNats } from '../../support/servers.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const ACCOUNT = 'shop';
let sandbox: TestSandbox;
let gateway: TestGateway;
let session: TestSession | null = null;
let phone: PhoneHandle;
let ben: PhoneHandle;
let server: AccountHandle;
const stops: (() => Promise<void>)[] = [];

before(async () => {
  const [nats, mongo, world] = await Promise.all([startNats(), startMongo(), openSandbox()]);
  sandbox = world;
  const { url: socketUrl, rootKey, ca } = world.sandbox;
  const where = { natsUrl: nats.url, mongoUrl: mongo.url, socketUrl, rootKey, ca };
  gateway = await openGateway(where);
  stops.push(async () => session?.session.close(), gateway.close, world.close, nats.stop, mongo.stop);
  phone = await sandbox.control.makePhone(ME, {
    name: 'Me',
    history: { chats: 3, messages: 20, onMediaHost: true },
  });
  ben = await sandbox.control.makePhone('4915400000002', { name: 'Ben' });
  server = sandbox.control.account(ME);
});
after(async () => {
  for (const stop of stops) await stop();
});

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
