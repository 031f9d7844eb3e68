import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { serialize } from 'node:v8';
import { sandboxClient } from '../../sandbox/client.ts';
import { loadState } from '../../sandbox/server/storage.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { type SandboxProcess, spawnSandbox } from '../../sandbox/spawn.ts';
import { type BareBaileys, lastCode, openBaileys, pairBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { jidOf } from '../support/sandbox.ts';

const ME = '4915120000001';
const BEN = '4915120000002';

let data: string;
before(async () => {
  data = await mkdtemp(join(tmpdir(), 'sandbox-data-'));
});
after(() => rm(data, { recursive: true, force: true }));

const heard = (client: BareBaileys, id: string) =>
  until(`text of ${id}`, () =>
    client.upserts.find(({ message }) => message.key.id === id && message.message?.conversation),
  );

let running: SandboxProcess | undefined;
dumpFramesOnFailure(() => running && { control: running.client });

it('remembers phones, companions, groups and what waits over a restart', async () => {
  const first = await spawnSandbox({ seed: 'restart', data });
  running = first;
  const me = await first.client.makePhone(ME, { name: 'Me' });
  const ben = await first.client.makePhone(BEN, { name: 'Ben' });
  const client = await pairBaileys(first, me.scan);
  const group = await ben.makeGroup('Lasting', [ME]);
  await heard(client, await ben.send(group.jid, 'in the group'));
  await heard(client, await ben.send(ME, 'before'));
  const said = await client.sock().sendMessage(jidOf(BEN), { text: 'answer' });
  await ben.waitForMessage(({ id }) => id === said?.key.id);
  await me.change({ kind: 'pin', chat: BEN });
  await client.close();
  const waiting = await ben.send(ME, 'while you are away');
  const waitingInGroup = await ben.send(group.jid, 'you, too');
  assert.equal(await first.close(), 0);
  assert.deepEqual((await readdir(data)).sort(), ['ca.pem', 'media', 'sandbox.state']);

  const second = await spawnSandbox({ seed: 'restart', data });
  running = second;
  assert.equal(second.rootKey, first.rootKey);
  const later = openBaileys(second, { auth: client.auth });
  await heard(later, waiting);
  await heard(later, waitingInGroup);
  const again = second.client.phone(BEN);
  await heard(later, await again.send(ME, 'after'));
  await heard(later, await again.send(group.jid, 'after in the group'));
  const next = await later.sock().sendMessage(jidOf(BEN), { text: 'I am back' });
  const shown = await again.waitForMessage(({ id }) => id === next?.key.id);
  assert.equal(shown.text, 'I am back');
  assert.ok((await again.displayed()).some(({ id, status }) => id === waiting && status !== undefined));
  const settings = await second.client.phone(ME).settings();
  assert.ok(settings.chats.some(({ chat, pinned }) => chat === BEN && pinned));
  const [kept] = await again.groups();
  assert.equal(kept?.subject, 'Lasting');
  await later.close();
  assert.equal(await second.close(), 0);
});

it('survives being killed: all that was there for a while is there again', async () => {
  const first = await spawnSandbox({ data });
  running = first;
  await first.client.makePhone('4915120000009', { name: 'Late' });
  await until('the write', async () => (await loadState(data))?.phones.has('4915120000009'));
  process.kill(first.pid ?? 0, 'SIGKILL');
  await first.close();
  const next = await startSandbox({ data });
  assert.equal(next.world.state.phones.get('4915120000009')?.name, 'Late');
  await next.close();
});

it('goes on with a client that stayed, on the same port', async () => {
  const own = await mkdtemp(join(data, 'stays-'));
  const first = await startSandbox({ data: own });
  const control = sandboxClient(first.controlUrl);
  const me = await control.makePhone(ME);
  const ben = await control.makePhone(BEN);
  const client = await pairBaileys(first, me.scan);
  await heard(client, await ben.send(ME, 'before'));
  client.connection.length = 0;
  await first.close();
  await until('the close', () => lastCode(client) !== undefined);
  const second = await startSandbox({ data: own, port: Number(new URL(first.url).port) });
  client.reconnect();
  await heard(client, await ben.send(ME, 'after'));
  const said = await client.sock().sendMessage(jidOf(BEN), { text: 'still here' });
  await ben.waitForMessage(({ id }) => id === said?.key.id);
  await client.close();
  await second.close();
});

it('goes on with a client that knows more than what was written before a kill', async () => {
  const own = await mkdtemp(join(data, 'killed-'));
  const first = await spawnSandbox({ data: own });
  running = first;
  const me = await first.client.makePhone(ME);
  const ben = await first.client.makePhone(BEN);
  const client = await pairBaileys(first, me.scan);
  await heard(client, await ben.send(ME, 'is kept'));
  await client.sock().sendMessage(jidOf(BEN), { text: 'is kept, too' });
  await until('the write', async () => {
    const kept = await loadState(own);
    return kept?.phones.get(BEN)?.messages.some(({ text }) => text === 'is kept, too');
  });
  // what steps the ratchets now is in no file
  for (const text of ['lost', 'lost as well']) await heard(client, await ben.send(ME, text));
  await client.sock().sendMessage(jidOf(BEN), { text: 'lost on the other side' });
  process.kill(first.pid ?? 0, 'SIGKILL');
  await first.close();
  await client.close();

  const second = await spawnSandbox({ data: own });
  running = second;
  const later = openBaileys(second, { auth: client.auth });
  const again = second.client.phone(BEN);
  await heard(later, await again.send(ME, 'after the kill'));
  const said = await later.sock().sendMessage(jidOf(BEN), { text: 'back' });
  const shown = await again.waitForMessage(({ id }) => id === said?.key.id);
  assert.equal(shown.text, 'back');
  await later.close();
  assert.equal(await second.close(), 0);
});

it('refuses a state it cannot read', async () => {
  await writeFile(join(data, 'sandbox.state'), serialize({ format: 0, state: {} }));
  await assert.rejects(startSandbox({ data }), /another version/);
});

it('knows of no trouble that an older sandbox did not know', async () => {
  const old = join(data, 'older');
  const sandbox = await startSandbox({ data: old });
  await sandboxClient(sandbox.controlUrl).makePhone(ME, { name: 'Me' });
  const phone = sandbox.world.state.phones.get(ME) ?? assert.fail('nobody has that number');
  Reflect.deleteProperty(phone.trouble, 'cutUploads');
  await sandbox.close();
  const kept = await loadState(old);
  assert.equal(kept?.phones.get(ME)?.trouble.cutUploads, 0);
});
