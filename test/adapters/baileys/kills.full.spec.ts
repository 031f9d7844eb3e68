import assert from 'node:assert/strict';
import { after, beforeEach, it } from 'node:test';
import type { AccountHandle, PhoneHandle } from '../../../sandbox/client.ts';
import type { Recorded } from '../../../src/events/event.ts';
import { eventsOf, openSession, ownerOf, pair } from '../../support/baileys.ts';
import { type GatewayOrder, startGateway } from '../../support/gateway-process.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { waitFor } from '../../support/wait.ts';

const DB = 'kills_state';
const BURST = 1_500;

let number = '4915400000000';
let account = '';
let epoch = 0;
let server: AccountHandle;
const { sandbox, where, gateway, close } = await openGatewayScene({
  nats: { durable: true },
  mongo: { durable: true, engine: 'secantusd-rs' },
  dbName: DB,
  // a window too short to help: what comes twice has to be recognised by what the log holds
  dedupeMs: 1_000,
});
after(close);

/** A freshly paired account for each test; its gateway then runs in processes of their own. */
beforeEach(async () => {
  number = String(Number(number) + 1);
  account = `a${number}`;
  epoch = 1;
  const phone = await sandbox.control.makePhone(number, { name: 'Me' });
  server = sandbox.control.account(number);
  const paired = await pair(gateway.whatsApp, ownerOf(account, epoch), phone.scan);
  await paired.session.close();
});

const start = (more: Partial<GatewayOrder> = {}) => {
  epoch++;
  return startGateway({ ...where, dbName: DB, account, epoch, dedupeMs: 1_000, ...more });
};
const received = async (): Promise<string[]> =>
  (await eventsOf(gateway.log, account)).flatMap((event) =>
    event.type === 'message.received' ? [event.data.waId] : [],
  );
const sorted = (ids: readonly string[]) => [...ids].sort((one, other) => one.localeCompare(other));
const answered = async (ids: ReadonlySet<string>) =>
  (await server.receipts()).filter(({ id }) => ids.has(id));

const assertLogged = async (ids: ReadonlySet<string>): Promise<void> => {
  const logged = new Set(await received());
  const unlogged = (await answered(ids)).filter(({ id }) => !logged.has(id));
  assert.deepEqual(unlogged, [], 'receipted, but not in the log');
};

const assertComplete = async (ids: readonly string[]): Promise<void> => {
  const wanted = new Set(ids);
  await waitFor(async () => new Set((await answered(wanted)).map(({ id }) => id)).size === ids.length, {
    what: `receipts for all ${ids.length}`,
    ms: 60_000,
  });
  assert.deepEqual(sorted(await received()), sorted(ids));
  const kinds = new Set((await answered(wanted)).map(({ kind }) => kind));
  assert.deepEqual(kinds, new Set(['receipt']));
};

for (const phones of [1, 20])
  it(`survives three kill -9 in a burst from ${phones} phones`, async () => {
    const burst = await sandbox.control.burst({ to: number, from: phones, count: BURST, release: false });
    const ids = new Set(burst.ids);
    let running = start();
    await running.ready;
    await sandbox.control.releaseBurst(burst.id, 1_000);
    for (const share of [0.15, 0.4, 0.65]) {
      await waitFor(async () => (await answered(ids)).length >= share * BURST, {
        what: `${share} answered`,
        ms: 30_000,
      });
      await running.kill();
      await assertLogged(ids);
      running = start();
      await running.ready;
    }
    await assertComplete(burst.ids);
    await running.kill();
  });

for (const failpoint of ['receive.after_append:40', 'receive.after_commit:40'])
  it(`survives a death at ${failpoint}`, async () => {
    const burst = await sandbox.control.burst({ to: number, from: 5, count: 100, release: false });
    const dying = start({ failpoint });
    await dying.ready;
    await sandbox.control.releaseBurst(burst.id);
    assert.equal(await dying.exited, 'SIGKILL');
    await assertLogged(new Set(burst.ids));
    const next = start();
    await assertComplete(burst.ids);
    await next.kill();
  });

const requestTo = (to: string): Parameters<TestGatewaySession['prepare']>[0] => {
  const at = new Date().toISOString();
  const data = {
    waId: `3EBFED${number.padStart(16, '0')}`,
    chat: { jid: to },
    to,
    from: null,
    timestamp: Math.floor(Date.now() / 1_000),
    content: { type: 'text' as const, text: 'once' },
    bodyHash: '',
  };
  return { id: 'r', type: 'message.send_requested', v: 1, account, gen: 1, at, occurredAt: at, seq: 1, data };
};
type TestGatewaySession = Awaited<ReturnType<typeof openSession>>['session'];

const attemptsOf = (events: readonly Recorded[]): number =>
  events.filter(({ type }) => type === 'message.send_attempted').length;

for (const [failpoint, frames] of [
  ['send.after_attempt', 0],
  ['send.after_frame', 1],
] as const)
  it(`a send that died at ${failpoint} goes out again under its id, shown once`, async () => {
    const ben: PhoneHandle = await sandbox.control.makePhone(`49155${number.slice(5)}`, { name: 'Ben' });
    const request = requestTo(`${ben.number}@s.whatsapp.net`);
    const { waId } = request.data;
    const dying = start({ failpoint, send: request });
    assert.equal(await dying.exited, 'SIGKILL');
    assert.equal(attemptsOf(await eventsOf(gateway.log, account)), 1);
    if (frames === 1) await ben.waitForFrame(({ id }) => id === waId);
    const stored = await gateway.outbox.find(account, waId);
    assert.ok(stored, 'the outbox row is durable before the frame');
    epoch++;
    const { session, until } = await openSession(gateway.whatsApp, ownerOf(account, epoch));
    await until('caught_up');
    assert.equal((await session.relay(stored, request, 2)).kind, 'acked');
    await ben.waitForMessage(({ id }) => id === waId);
    assert.equal((await ben.displayed()).filter(({ id }) => id === waId).length, 1);
    assert.equal((await ben.frames()).filter(({ id }) => id === waId).length, frames + 1);
    await session.close();
  });
