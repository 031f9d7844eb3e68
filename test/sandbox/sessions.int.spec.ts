import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lastCode, until } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915500000001';
const BEN = '4915500000002';

const { test, me, ben } = await openPair(ME, BEN);

const say = async (text: string) => (await me.client.sock().sendMessage(jidOf(BEN), { text }))?.key.id ?? '';
const textOf = (id: string) =>
  until(`text of ${id}`, () =>
    me.client.upserts.find(({ message }) => message.key.id === id && message.message?.conversation),
  );
const hear = async (text: string) => {
  const id = await ben.send(ME, text);
  assert.equal((await textOf(id)).message.message?.conversation, text);
};
const be = (id: string) => ben.waitForMessage((message) => message.id === id);

it('goes on when both have opened a session at once', async () => {
  const [sent] = await Promise.all([say('first'), ben.send(ME, 'also first')]);
  await be(sent);
  for (let turn = 0; turn < 3; turn++) {
    await hear(`turn ${turn}`);
    await be(await say(`turn ${turn}`));
  }
});

it('goes on after a contact has set up the phone anew, whoever speaks first', async () => {
  await ben.reinstall();
  await until('the companion to have taken note', async () => {
    const [companion] = (await me.phone.show()).companions;
    return companion?.waiting === 0;
  });
  const id = await say('do you still read me?');
  await be(id);
  // told of the new identity, the companion has opened a new session by itself: no retry was needed
  const frames = (await ben.frames()).filter((frame) => frame.id === id);
  assert.deepEqual(
    frames.map(({ encryption, error }) => ({ encryption, error })),
    [{ encryption: 'pkmsg', error: undefined }],
  );
  await hear('yes');
  await ben.reinstall();
  await hear('new again');
  await be(await say('fine'));
});

it('goes on after the companion has lost its sessions', async () => {
  const { lid } = await ben.show();
  await me.client.sock().signalRepository.deleteSession([`${lid}@lid`, jidOf(BEN)]);
  // rc14 asks again with keys of its own when it has no session for a message
  await hear('into the void');
  await be(await say('back again'));
});

it('hands out bundles without one-time prekeys when they are used up, and asks for more', async () => {
  // as if many had written before: a few of the 812 keys are left
  const keys = test.sandbox.world.state.phones.get(ME)?.companions.get(1)?.preKeys;
  assert.ok(keys);
  for (const id of [...keys.keys()].slice(10)) keys.delete(id);
  const many = await test.control.burst({ to: ME, from: 30, count: 30 });
  await me.server.waitForReceipt(({ id }) => id === many.ids.at(-1), 30_000);
  const kinds = (await me.server.receipts())
    .filter(({ id }) => many.ids.includes(id))
    .map(({ kind }) => kind);
  assert.deepEqual([...new Set(kinds)], ['receipt']);
  assert.equal(kinds.length, 30);
  await until('new prekeys', async () => ((await me.phone.show()).companions[0]?.preKeys ?? 0) > 0);
});

it('unlinks the companions of an account whose phone is set up anew', async () => {
  await me.phone.reinstall();
  await until('the end', () => lastCode(me.client) === 401);
  assert.deepEqual((await me.phone.show()).companions, []);
});
