import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../../sandbox/client.ts';
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
const stops: (() => Promise<void>)[] = [];
/** What the media host was asked for, and never answered. */
const asked: string[] = [];
const realFetch = globalThis.fetch;

before(async () => {
  globalThis.fetch = async (input, init) => {
    const url = String(input instanceof Request ? input.url : input);
    if (!url.includes('whatsapp.net')) return realFetch(input, init);
    asked.push(url);
    return new Promise(() => undefined);
  };
  const [nats, mongo, world] = await Promise.all([startNats(), startMongo(), openSandbox()]);
  sandbox = world;
  const { url: socketUrl, rootKey } = world.sandbox;
  gateway = await openGateway({ natsUrl: nats.url, mongoUrl: mongo.url, socketUrl, rootKey });
  stops.push(async () => session?.session.close(), gateway.close, world.close, nats.stop, mongo.stop);
  phone = await sandbox.control.makePhone(ME, {
    name: 'Me',
    history: { chats: 3, messages: 20, onMediaHost: true },
  });
  ben = await sandbox.control.makePhone('4915400000002', { name: 'Ben' });
});
after(async () => {
  globalThis.fetch = realFetch;
  for (const stop of stops) await stop();
});

it('receives what comes in while a part of the history is on its way', async () => {
  let scanned: Promise<unknown> | null = null;
  const first = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 1), (qr) => {
    scanned ??= phone.scan(qr);
  });
  await first.until('closed');
  await scanned;
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 1));
  await session.until('open');
  await waitFor(() => asked.length > 0, { what: 'a download' });
  const id = await ben.send(ME, 'are you there?');
  await waitFor(
    async () =>
      (await eventsOf(gateway.log, ACCOUNT)).some(
        ({ type, data }) => type === 'message.received' && data.waId === id,
      ),
    { what: 'the message', ms: 15_000 },
  );
});
