import assert from 'node:assert/strict';
import { it } from 'node:test';
import { initAuthCreds } from '@whiskeysockets/baileys';
import { createKeyMemory } from '../../../../src/adapters/baileys/output-commit/key-memory.ts';
import type { KeyChange } from '../../../../src/adapters/mongo/auth-store-docs.ts';
import { hasCode } from '../../../../src/errors.ts';

const setup = (loaded: readonly KeyChange[] = []) => {
  const queued: unknown[] = [];
  const memory = createKeyMemory(loaded, {
    commit: (changes) => queued.push(changes),
    onInbox: (values) => queued.push(values),
    onLink: (lid, pn) => queued.push(`${lid}=${pn}`),
  });
  return { memory, keys: memory.auth.keys, queued };
};
const credsOf = (value: unknown): KeyChange => ({ type: 'creds', id: 'me', value });

it('makes new credentials for an empty store and for no other', () => {
  assert.equal(setup().memory.auth.creds.me, undefined);
  for (const loaded of [
    [{ type: 'session', id: 'a', value: {} }],
    [credsOf({})],
    [credsOf({ ...initAuthCreds(), noiseKey: null })],
  ]) {
    assert.throws(
      () => setup(loaded),
      (error) => hasCode(error, 'misconfigured'),
    );
  }
});

it('goes on with the stored credentials, and copies them at the moment they are saved', () => {
  const stored = initAuthCreds();
  const { memory, queued } = setup([credsOf(stored)]);
  memory.auth.creds.nextPreKeyId = 5;
  memory.saveCreds();
  memory.auth.creds.nextPreKeyId = 6;
  const [[change] = []] = queued as KeyChange[][];
  const saved = change?.value as typeof stored;
  assert.equal(saved.nextPreKeyId, 5);
  assert.deepEqual(saved.noiseKey, stored.noiseKey);
});

it('answers from memory at once, deletions included', async () => {
  const { keys } = setup();
  await keys.set({ 'identity-key': { a: Buffer.from('1'), b: Buffer.from('2') } });
  await keys.set({ 'identity-key': { a: null } });
  assert.deepEqual(await keys.get('identity-key', ['a', 'b', 'c']), { b: Buffer.from('2') });
});

it('gives pre-keys as they came, those of the store and new ones', async () => {
  const pair = (n: number) => ({ public: Buffer.from([n, 1]), private: Buffer.from([n, 2]) });
  const stored = { type: 'pre-key', id: '1', value: pair(1) };
  const { keys, memory, queued } = setup([credsOf(initAuthCreds()), stored]);
  await keys.set({ 'pre-key': { 2: pair(2), 3: pair(3) } });
  await keys.set({ 'pre-key': { 3: null } });
  assert.deepEqual(await keys.get('pre-key', ['1', '2', '3']), { 1: pair(1), 2: pair(2) });
  assert.deepEqual(memory.find('pre-key', '2'), pair(2));
  assert.deepEqual((queued[0] as KeyChange[])[0], { type: 'pre-key', id: '2', value: pair(2) });
});

it('hands out copies of what Baileys changes in place', async () => {
  const { keys } = setup();
  const mine = { 'a@lid': true };
  await keys.set({ 'sender-key-memory': { g: mine } });
  mine['a@lid'] = false;
  const { g: first = {} } = await keys.get('sender-key-memory', ['g']);
  first['b@lid'] = true;
  assert.deepEqual((await keys.get('sender-key-memory', ['g'])).g, { 'a@lid': true });
});

it('hands out copies of tokens, too, and of lists of devices', async () => {
  const { keys } = setup();
  const [token, devices] = [{ token: Buffer.from('t'), timestamp: '1' }, ['0']];
  await keys.set({ tctoken: { a: token }, 'device-list': { a: devices } });
  token.timestamp = '2';
  devices.push('1');
  const { a: found } = await keys.get('tctoken', ['a']);
  const { a: listed } = await keys.get('device-list', ['a']);
  assert.deepEqual([found?.timestamp, listed], ['1', ['0']]);
});

it('forgets who it is where a pairing code was asked for and never typed, and only there', () => {
  const me = { id: '4915:1@s.whatsapp.net' };
  const half = { ...initAuthCreds(), me, pairingCode: 'ABCD2345' };
  assert.deepEqual([setup([credsOf(half)]).memory.auth.creds.me], [undefined]);
  for (const whole of [
    { ...half, account: {} },
    { ...half, pairingCode: undefined },
  ])
    assert.deepEqual(setup([credsOf(whole)]).memory.auth.creds.me, me);
});

it('queues what rides along in front of the keys, and nothing for nothing', async () => {
  const { keys, queued } = setup();
  const session = Buffer.from('s');
  await keys.set({ session: { a: session }, inbox: { hash: 'event' } } as Parameters<typeof keys.set>[0]);
  await keys.set({});
  assert.deepEqual(queued, [['event'], [{ type: 'session', id: 'a', value: session }]]);
});

it('queues how far the app state was read behind what was read there', async () => {
  const { keys, memory, queued } = setup();
  const version = { version: 2, hash: Buffer.alloc(128), indexValueMap: {} };
  await keys.set({ 'app-state-sync-version': { regular: version }, session: { a: Buffer.from('s') } });
  assert.equal((await keys.get('app-state-sync-version', ['regular'])).regular?.version, 2);
  memory.saveCreds(); // as any event that follows at once
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    (queued as KeyChange[][]).map((changes) => changes.map(({ type }) => type)),
    [['session'], ['creds'], ['app-state-sync-version']],
  );
});

it('tells a new link once', async () => {
  const { memory, keys, queued } = setup();
  const link = { 'lid-mapping': { '4915': '7', '7_reverse': '4915' } };
  await keys.set(link);
  await keys.set(link);
  assert.deepEqual(
    queued.filter((entry) => typeof entry === 'string'),
    ['7=4915'],
  );
  assert.deepEqual([memory.lidOf('4915'), memory.pnOf('7'), memory.lidOf('0')], ['7', '4915', undefined]);
});
