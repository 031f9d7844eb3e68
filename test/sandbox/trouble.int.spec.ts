import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { lastCode, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915160000001';

let test: TestSandbox;
let me: Account;
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

let people = 0;
/** Somebody the account has never heard of. */
const stranger = async (addressing: 'lid' | 'pn') => {
  people += 1;
  const number = `49151600001${String(people).padStart(2, '0')}`;
  const phone = await test.control.makePhone(number, { name: `Stranger ${people}`, addressing });
  return { phone, number, lid: `${(await phone.show()).lid}@lid` };
};
const upsertsOf = (id: string) =>
  me.client.upserts.filter(({ message }) => message.key.id === id && message.message?.conversation);
const heard = (id: string) => until(`text of ${id}`, () => upsertsOf(id)[0]);
const keyOf = async (id: string) => (await heard(id)).message.key;
const reconnect = async () => {
  me.client.connection.length = 0;
  me.client.reconnect();
  await until('the end of the offline phase', () =>
    me.client.connection.some((update) => update.receivedPendingNotifications === true),
  );
};
const mappingOf = (jid: string) => me.client.sock().signalRepository.lidMapping.getPNForLID(jid);

it('brings a message that waited under the other name of its sender', async () => {
  const { phone, number, lid } = await stranger('lid');
  const known = await phone.send(ME, 'session is open');
  assert.equal((await keyOf(known)).remoteJid, lid);
  await me.client.close();
  const id = await phone.send(ME, 'who am I?');
  assert.equal(await me.server.trouble({ kind: 'readdress', ids: [id] }), 1);
  await reconnect();
  const key = await keyOf(id);
  assert.equal(key.remoteJid, jidOf(number));
  assert.equal(key.remoteJidAlt, lid);
  // and back, for one that was sent under the phone number
  await phone.set({ addressing: 'pn' });
  await me.client.close();
  const next = await phone.send(ME, 'and now?');
  await me.server.trouble({ kind: 'readdress' });
  await reconnect();
  const other = await keyOf(next);
  assert.deepEqual([other.remoteJid, other.remoteJidAlt], [lid, jidOf(number)]);
});

it('brings the same message again under the other name, encrypted anew', async () => {
  const { phone, number, lid } = await stranger('lid');
  const id = await phone.send(ME, 'twice', { addressing: 'lid' });
  await heard(id);
  await phone.send(ME, 'twice', { addressing: 'pn', id });
  await until('both', () => upsertsOf(id).length === 2);
  assert.deepEqual(
    upsertsOf(id).map(({ message }) => message.key.remoteJid),
    [lid, jidOf(number)],
  );
  assert.equal((await me.phone.displayed()).filter((message) => message.id === id).length, 1);
});

it('brings messages under both names to a companion that learns only later that they are one', async () => {
  await me.server.trouble({ kind: 'names', hold: 'withhold' });
  const { phone, number, lid } = await stranger('lid');
  const first = await keyOf(await phone.send(ME, 'by LID', { addressing: 'lid' }));
  assert.deepEqual([first.remoteJid, first.remoteJidAlt], [lid, undefined]);
  const second = await keyOf(await phone.send(ME, 'by number', { addressing: 'pn' }));
  assert.deepEqual([second.remoteJid, second.remoteJidAlt], [jidOf(number), undefined]);
  assert.ok(!(await mappingOf(lid)));
  await me.server.trouble({ kind: 'none' });
  const third = await keyOf(await phone.send(ME, 'by LID, with number', { addressing: 'lid' }));
  assert.deepEqual([third.remoteJid, third.remoteJidAlt], [lid, jidOf(number)]);
  assert.match((await mappingOf(lid)) ?? '', new RegExp(`^${number}[:@]`));
  // sessions under both names have become one: whoever writes is understood
  const sent = await me.client.sock().sendMessage(jidOf(number), { text: 'now I know you' });
  await phone.waitForMessage(({ id }) => id === sent?.key.id);
  await heard(await phone.send(ME, 'good', { addressing: 'pn' }));
});

it('hides names in groups, too', async () => {
  await me.server.trouble({ kind: 'names', hold: 'withhold' });
  const { phone, lid } = await stranger('lid');
  const group = await phone.makeGroup('Masks', [ME]);
  const key = await keyOf(await phone.send(group.jid, 'behind a mask'));
  assert.deepEqual([key.participant, key.participantAlt], [lid, undefined]);
  await me.server.trouble({ kind: 'none' });
});

for (const code of [400, 402, 405, 409, 411, 428, 440, 500, 502]) {
  it(`ends a connection with ${code}`, async () => {
    me.client.connection.length = 0;
    await me.server.trouble({ kind: 'close', code });
    await until('the close', () => lastCode(me.client) === code);
    await reconnect();
  });
}

for (const code of [402, 403, 405, 409, 500]) {
  it(`refuses a login with ${code}`, async () => {
    await me.client.close();
    await me.server.trouble({ kind: 'refuse-login', code, count: 1 });
    me.client.connection.length = 0;
    me.client.reconnect();
    await until('the refusal', () => lastCode(me.client) === code);
    await reconnect();
  });
}

/** Acks of the companion's messages: id to error, undefined for none. */
const watchAcks = () => {
  const acks = new Map<string, string | undefined>();
  me.client.sock().ws.on('CB:ack,class:message', ({ attrs }: { attrs: Record<string, string> }) => {
    acks.set(attrs.id ?? '', attrs.error);
  });
  return acks;
};
const say = async (to: PhoneHandle, text: string) =>
  (await me.client.sock().sendMessage(jidOf(to.number), { text }))?.key.id ?? '';

it('throttles what is sent too fast', async () => {
  const { phone } = await stranger('lid');
  await say(phone, 'hello');
  const acks = watchAcks();
  await me.server.trouble({ kind: 'throttle', perSecond: 0 });
  const refused = await say(phone, 'too fast');
  await until('the refusal', () => acks.get(refused) === '429');
  await me.server.trouble({ kind: 'throttle', perSecond: 1000, code: 463 });
  const taken = await say(phone, 'slow enough');
  await phone.waitForMessage(({ id }) => id === taken);
  await until('the ack', () => acks.has(taken) && acks.get(taken) === undefined);
  await me.server.trouble({ kind: 'reject', code: 463, count: 1 });
  const restricted = await say(phone, 'restricted');
  await until('the restriction', () => acks.get(restricted) === '463');
  await me.server.trouble({ kind: 'none' });
  assert.ok(!(await phone.displayed()).some(({ id }) => id === refused || id === restricted));
});

it('answers queries late, or never', async () => {
  const sock = me.client.sock();
  await me.server.trouble({ kind: 'iqs', hold: 80, xmlns: 'blocklist' });
  const started = performance.now();
  assert.deepEqual(await sock.fetchBlocklist(), []);
  assert.ok(performance.now() - started >= 75);
  // only those of that namespace
  const quick = performance.now();
  await sock.fetchPrivacySettings(true);
  assert.ok(performance.now() - quick < 75);
  await me.server.trouble({ kind: 'iqs', hold: 'withhold' });
  const asked = sock.query({ tag: 'iq', attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'w:p' } }, 100);
  await assert.rejects(asked, /Timed Out/);
  await me.server.trouble({ kind: 'none' });
  assert.deepEqual(await sock.fetchBlocklist(), []);
});
