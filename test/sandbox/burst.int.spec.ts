import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915600000001';

let test: TestSandbox;
let me: Account;
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const upsertsOf = (ids: readonly string[]) => {
  const wanted = new Set(ids);
  return me.client.upserts.filter(({ message }) => wanted.has(message.key.id ?? ''));
};
const textsOf = (ids: readonly string[]) =>
  upsertsOf(ids).map(({ message }) => message.message?.conversation);

it('sends nothing until a prepared burst is released, then all of it in order', async () => {
  const burst = await test.control.burst({ to: ME, from: 5, count: 200, text: 'flood', release: false });
  assert.equal(burst.ids.length, 200);
  assert.equal(burst.startedAt, undefined);
  assert.equal((await me.phone.show()).companions[0]?.waiting, 0);
  await test.control.releaseBurst(burst.id);
  await until('all of it', () => textsOf(burst.ids).length === 200);
  assert.deepEqual(
    textsOf(burst.ids),
    burst.ids.map((_, number) => `flood ${number}`),
  );
  assert.equal(new Set(upsertsOf(burst.ids).map(({ message }) => message.key.remoteJid)).size, 5);
  await until('all receipts', async () => {
    const receipts = await me.server.receipts();
    return burst.ids.every((id) => receipts.filter((receipt) => receipt.id === id).length === 1);
  });
  await assert.rejects(test.control.releaseBurst(burst.id), { status: 409, code: 'released' });
});

it('keeps to a rate', async () => {
  const started = performance.now();
  const burst = await test.control.burst({ to: ME, from: 2, count: 40, rate: 200 });
  await until('all of it', () => textsOf(burst.ids).length === 40);
  const took = performance.now() - started;
  assert.ok(took >= 180, `40 messages at 200/s took ${took} ms`);
});

it('waits for a companion that is away', async () => {
  await me.client.close();
  const burst = await test.control.burst({ to: ME, count: 30 });
  me.client.reconnect();
  await until('all of it', () => textsOf(burst.ids).length === 30);
});

it('refuses a burst to an account without companions', async () => {
  await test.control.makePhone('4915600000009');
  await assert.rejects(test.control.burst({ to: '4915600000009', count: 1 }), { code: 'no_companion' });
});
