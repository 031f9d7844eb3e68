import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import { jidOf } from '../support/sandbox.ts';
import { waitFor } from '../support/wait.ts';
import { lastOf, pairAccount } from './support/accounts.ts';
import { openScene } from './support/scene.ts';

const NUMBER = '4915100000001';
/** Questions of the account, by xmlns. */
const asked: string[] = [];
const { world, sandbox, start, close } = await openScene({
  trace: (direction, _device, { tag, attrs }) => {
    if (direction === 'in' && tag === 'iq') asked.push(attrs.xmlns ?? '');
  },
});
after(close);
const node = await start();
await pairAccount(node, sandbox, 'shop', NUMBER);

const trouble = (order: Parameters<ReturnType<typeof sandbox.control.account>['trouble']>[0]) =>
  sandbox.control.account(NUMBER).trouble(order);
const send = async (waId: string, number: string): Promise<void> => {
  const chat = { jid: jidOf(number) };
  const content = { type: 'text', text: waId } as const;
  const data = { waId, chat, to: chat.jid, from: null, timestamp: 1, content, bodyHash: '' };
  const occurredAt = new Date().toISOString();
  await node.log.append({ type: 'message.send_requested', data, account: 'shop', gen: 1, occurredAt });
};
const end = (waId: string, ms = 60_000): Promise<WildcatEvent> =>
  waitFor(
    async () =>
      (await world.events('shop')).find(
        ({ type, data }) => 'waId' in data && data.waId === waId && /sent$|failed$|unknown$/.test(type),
      ),
    { what: `end of ${waId}`, ms },
  );
const stranger = (number: string): Promise<PhoneHandle> =>
  sandbox.control.makePhone(number, { name: number });
const questions = (xmlns: string) => asked.filter((one) => one === xmlns).length;

it('asks once which devices a person has, not with each message', async () => {
  await stranger('4915200000001');
  await send('A1', '4915200000001');
  assert.equal((await end('A1')).type, 'message.sent');
  const before = questions('usync');
  for (const waId of ['A2', 'A3', 'A4']) await send(waId, '4915200000001');
  for (const waId of ['A2', 'A3', 'A4']) assert.equal((await end(waId)).type, 'message.sent');
  assert.equal(questions('usync'), before);
});

it('sends nothing that nobody could read while WhatsApp does not say which devices a person has', async () => {
  const phone = await stranger('4915200000002');
  await trouble({ kind: 'iqs', hold: 'withhold', xmlns: 'usync' });
  const before = questions('usync');
  await send('B1', '4915200000002');
  // the second question comes once the first has had no answer
  await waitFor(() => questions('usync') >= before + 2, { what: 'silence', ms: 40_000 });
  await trouble({ kind: 'none' });
  assert.equal((await end('B1')).type, 'message.sent');
  assert.equal((await phone.waitForMessage(({ id }) => id === 'B1')).text, 'B1');
});

it('ends a question for devices with its connection', async () => {
  const phone = await stranger('4915200000003');
  await trouble({ kind: 'iqs', hold: 'withhold', xmlns: 'usync' });
  const before = questions('usync');
  await send('C1', '4915200000003');
  await waitFor(() => questions('usync') > before, { what: 'a question' });
  const connected = await lastOf(world, 'shop', 'account.connected');
  await trouble({ kind: 'none' });
  await trouble({ kind: 'drop' });
  await world.event('shop', 'account.connected', connected);
  const since = Date.now();
  assert.equal((await end('C1')).type, 'message.sent');
  await phone.waitForMessage(({ id }) => id === 'C1');
  assert.ok(Date.now() - since < 15_000, 'it waited for the answer of a closed socket');
});

it('does not call failed what an unanswered question for keys has stopped', async () => {
  const phone = await stranger('4915200000004');
  await trouble({ kind: 'iqs', hold: 'withhold', xmlns: 'encrypt' });
  const before = questions('encrypt');
  await send('D1', '4915200000004');
  // with the devices, and once more for the message
  await waitFor(() => questions('encrypt') >= before + 2, { what: 'silence', ms: 40_000 });
  await trouble({ kind: 'none' });
  assert.equal((await end('D1', 120_000)).type, 'message.sent');
  await phone.waitForMessage(({ id }) => id === 'D1');
});

it('records an ack that comes after the silence, and sends nothing again', async () => {
  await stranger('4915200000005');
  await trouble({ kind: 'receipts', hold: 'withhold' });
  await trouble({ kind: 'acks', hold: 22_000 });
  await send('E1', '4915200000005');
  const { type, data } = await end('E1');
  await trouble({ kind: 'none' });
  assert.ok(type === 'message.sent' && 'evidence' in data && data.evidence === 'ack');
  const events = await world.events('shop');
  const attempts = events.filter((one) => 'attempt' in one.data && one.data.waId === 'E1');
  assert.equal(attempts.length, 1);
});
