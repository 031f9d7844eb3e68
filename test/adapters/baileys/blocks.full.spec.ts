import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../../sandbox/client.ts';
import { createRawLog } from '../../../src/adapters/jetstream/raw-log.ts';
import type { Manifest } from '../../../src/archive/manifest.ts';
import { purgeLog } from '../../../src/archive/purge.ts';
import {
  eventsOf,
  openGateway,
  openSession,
  ownerOf,
  pair,
  type TestGateway,
  type TestSession,
} from '../../support/baileys.ts';
import { openSandbox, type TestSandbox } from '../../support/sandbox.ts';
import { startMongo, startNats } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const BEN = '4915400000002';
const CEM = '4915400000003';
const ACCOUNT = 'shop';

let sandbox: TestSandbox;
let gateway: TestGateway;
let session: TestSession;
let phone: PhoneHandle;
const lids = new Map<string, string>();
const stops: (() => Promise<void>)[] = [];

before(async () => {
  const [nats, mongo, world] = await Promise.all([startNats(), startMongo(), openSandbox()]);
  sandbox = world;
  const { url: socketUrl, rootKey } = world.sandbox;
  gateway = await openGateway({ natsUrl: nats.url, mongoUrl: mongo.url, socketUrl, rootKey });
  stops.push(() => session.session.close(), gateway.close, world.close, nats.stop, mongo.stop);
  phone = await sandbox.control.makePhone(ME, { name: 'Me' });
  for (const number of [BEN, CEM]) {
    const { lid } = await (await sandbox.control.makePhone(number, { name: number })).show();
    lids.set(`${lid}@lid`, number);
  }
});
after(async () => {
  for (const stop of stops) await stop();
});

const told = async (): Promise<string[]> =>
  (await eventsOf(gateway.log, ACCOUNT)).flatMap((event) =>
    event.type === 'contact.blocked' || event.type === 'contact.unblocked'
      ? [`${event.type} ${lids.get(event.data.chat.jid)}`]
      : [],
  );
const until = (last: string) =>
  waitFor(async () => (await told()).at(-1) === last, { what: `${last} in the log` });
/** Blocks somebody, or not any more, without telling the companions: as while they were not linked. */
const blockUnseen = (number: string, on: boolean): void => {
  const blocked = sandbox.sandbox.world.state.phones.get(ME)?.privacy.blocked;
  assert.ok(on ? blocked?.add(number) : blocked?.delete(number));
};

it('knows whom the phone had blocked before it was linked, and tells it once', async () => {
  await phone.block(BEN);
  session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, 1), phone.scan);
  await until(`contact.blocked ${BEN}`);
  await session.session.close();
  blockUnseen(CEM, true);
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 2));
  await until(`contact.blocked ${CEM}`);
  await session.session.close();
  blockUnseen(BEN, false);
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 3));
  await until(`contact.unblocked ${BEN}`);
  const all = [`contact.blocked ${BEN}`, `contact.blocked ${CEM}`, `contact.unblocked ${BEN}`];
  assert.deepEqual(await told(), all);
});

it('knows it still once the log was purged, and tells what changed while the account was not linked', async () => {
  const before = await told();
  await session.session.close();
  const raw = await createRawLog(gateway.nc, silentLog);
  const { created, lastSeq } = await raw.state();
  const manifest: Manifest = {
    ...{ format: 'wildcat-archive', version: 1, exportedAt: '', segments: [], missingBlobs: 0 },
    ...{ stream: { name: 'WILDCAT', created }, account: null, from: 1, to: lastSeq, messages: 0 },
  };
  await purgeLog(raw, lastSeq, manifest, []);
  blockUnseen(BEN, true);
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 4));
  await until(`contact.blocked ${BEN}`);
  await session.session.close();
  blockUnseen(CEM, false);
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, 5));
  await until(`contact.unblocked ${CEM}`);
  assert.deepEqual(await told(), [...before, `contact.blocked ${BEN}`, `contact.unblocked ${CEM}`]);
});
