import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, it } from 'node:test';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { jidOf } from '../support/sandbox.ts';
import { waitFor } from '../support/wait.ts';
import { lastOf, pairAccount, untilStatus } from './support/accounts.ts';
import { openScene } from './support/scene.ts';

const NUMBER = '4915100000001';
const FRIEND = '4915200000001';
const { world, sandbox, start, close } = await openScene();
after(close);
let node = await start();
const friend = await sandbox.control.makePhone(FRIEND, { name: 'Friend' });
await pairAccount(node, sandbox, 'shop', NUMBER);

const trouble = (order: Parameters<ReturnType<typeof sandbox.control.account>['trouble']>[0]) =>
  sandbox.control.account(NUMBER).trouble(order);
const send = async (text: string, type: 'text' | 'poll' = 'text', to = FRIEND): Promise<string> => {
  const waId = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
  const chat = { jid: to.includes('@') ? to : jidOf(to) };
  const content = { type, text };
  const timestamp = Math.floor(Date.now() / 1_000);
  const data = { waId, chat, to: chat.jid, from: null, timestamp, content, bodyHash: '' };
  const occurredAt = new Date().toISOString();
  await node.log.append({ type: 'message.send_requested', data, account: 'shop', gen: 1, occurredAt });
  return waId;
};
const ofSend = async (waId: string): Promise<Recorded<WildcatEvent>[]> =>
  (await world.events('shop')).filter(({ data }) => 'waId' in data && data.waId === waId);
const historyOf = async (waId: string): Promise<string[]> =>
  (await ofSend(waId)).map(({ type, data }) => ('attempt' in data ? `${type} ${data.attempt}` : type));
const ended = (waId: string, ms = 30_000): Promise<Recorded<WildcatEvent>> =>
  waitFor(async () => (await ofSend(waId)).find(({ type }) => /sent$|failed$|unknown$/.test(type)), {
    what: `end of ${waId}`,
    ms,
  });
const shownTexts = async () =>
  (await friend.displayed()).filter(({ fromMe }) => !fromMe).map(({ text }) => text);

it('sends, and tells so once the server has acked', async () => {
  const waId = await send('hello');
  const end = await ended(waId);
  assert.equal(end.type, 'message.sent');
  assert.ok('evidence' in end.data && end.data.evidence === 'ack');
  // where a lease of a second is lost on a busy machine it is tried again, under the same id
  const history = (await historyOf(waId)).filter((what) => !/status_changed|attempted [2-9]/.test(what));
  assert.deepEqual(history, ['message.send_requested', 'message.send_attempted 1', 'message.sent']);
  const [request] = await ofSend(waId);
  assert.equal(end.cause, request?.id);
  await friend.waitForMessage(({ id, text }) => id === waId && text === 'hello');
});

it('keeps the order of 50 that were requested at once', async () => {
  const texts = Array.from({ length: 50 }, (_, n) => `in order ${n}`);
  const ids: string[] = [];
  for (const text of texts) ids.push(await send(text));
  await Promise.all(ids.map((waId) => ended(waId)));
  await waitFor(async () => (await shownTexts()).length >= 51, { what: '50 shown' });
  assert.deepEqual((await shownTexts()).slice(1), texts);
});

it('fails what WhatsApp refuses, with its code', async () => {
  await trouble({ kind: 'reject', code: 463 });
  const { type, data } = await ended(await send('to a stranger'));
  assert.equal(type, 'message.send_failed');
  assert.ok('phase' in data && data.phase === 'server' && data.code === 463);
});

it('fails what is for somebody who is not on WhatsApp, without a frame', async () => {
  const waId = await send('anybody there?', 'text', '4915200000009');
  const { type, data } = await ended(waId);
  assert.ok(type === 'message.send_failed' && 'reason' in data && /not on WhatsApp/.test(data.reason));
  assert.deepEqual(await historyOf(waId), ['message.send_requested', 'message.send_failed']);
});

it('fails what is for a group that it is not in, or that there is not', async () => {
  const { jid } = await friend.makeGroup('Without us', []);
  for (const [group, code] of [
    [jid, 403],
    ['120363000000000000@g.us', 404],
  ] as const) {
    const { type, data } = await ended(await send('let me in', 'text', group));
    assert.equal(type, 'message.send_failed');
    assert.ok('phase' in data && data.phase === 'server' && data.code === code);
  }
});

it('fails what can not be put into a frame, without an attempt, and goes on with what is behind it', async () => {
  const waId = await send('?', 'poll');
  const behind = await send('behind what failed');
  const { type, data } = await ended(waId);
  assert.equal(type, 'message.send_failed');
  assert.ok('phase' in data && data.phase === 'prepare' && data.code === null);
  assert.deepEqual(await historyOf(waId), ['message.send_requested', 'message.send_failed']);
  assert.equal((await ended(behind)).type, 'message.sent');
});

it('sends an unacked one again after the reconnect, same id and bytes, and the phone shows it once', async () => {
  const before = await lastOf(world, 'shop', 'account.connected');
  // the receipts would prove it
  await trouble({ kind: 'acks', hold: 'withhold' });
  await trouble({ kind: 'receipts', hold: 'withhold' });
  const first = await send('acked late');
  await friend.waitForMessage(({ id }) => id === first);
  const second = await send('behind it');
  await friend.waitForMessage(({ id }) => id === second);
  await trouble({ kind: 'none' });
  await trouble({ kind: 'receipts', hold: 'withhold' });
  await trouble({ kind: 'drop' });
  await world.event('shop', 'account.connected', before);
  for (const waId of [first, second]) {
    assert.equal((await ended(waId)).type, 'message.sent');
    const attempts = (await historyOf(waId)).filter((what) => what.includes('attempted'));
    assert.deepEqual(attempts, ['message.send_attempted 1', 'message.send_attempted 2']);
    const frames = await waitFor(
      async () => {
        const of = (await friend.frames()).filter(({ id }) => id === waId);
        return of.length === 2 && of;
      },
      { what: 'two frames' },
    );
    assert.equal(frames.length, 2);
    assert.equal((await friend.displayed()).filter(({ id }) => id === waId).length, 1);
  }
  await trouble({ kind: 'none' });
});

it('takes the receipt for proof where the ack was lost, and sends nothing again', async () => {
  const before = await lastOf(world, 'shop', 'account.connected');
  await trouble({ kind: 'acks', hold: 'withhold' });
  const waId = await send('proven');
  await waitFor(async () => (await historyOf(waId)).includes('message.status_changed'), {
    what: 'a receipt',
  });
  await trouble({ kind: 'drop' });
  await world.event('shop', 'account.connected', before);
  const { type, data } = await ended(waId);
  assert.ok(type === 'message.sent' && 'evidence' in data && data.evidence === 'receipt');
  assert.equal((await friend.frames()).filter(({ id }) => id === waId).length, 1);
  await trouble({ kind: 'none' });
});

it('waits after a connect for the receipts that had waited there, before it sends anything again', async () => {
  await trouble({ kind: 'acks', hold: 'withhold' });
  await friend.set({ online: false });
  const waId = await send('proven offline');
  await waitFor(async () => (await historyOf(waId)).includes('message.send_attempted 1'), {
    what: 'attempt',
  });
  await node.wish('shop', { type: 'disconnect' });
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  await friend.set({ online: true });
  await friend.waitForMessage(({ id }) => id === waId);
  await trouble({ kind: 'none' });
  await node.wish('shop', { type: 'connect' });
  const { type, data } = await ended(waId);
  assert.ok(type === 'message.sent' && 'evidence' in data && data.evidence === 'receipt');
  assert.equal((await historyOf(waId)).includes('message.send_attempted 2'), false);
});

it('keeps what is requested while disconnected, and sends it in order after the connect', async () => {
  await node.wish('shop', { type: 'disconnect' });
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  const ids = [await send('queued 1'), await send('queued 2'), await send('queued 3')];
  await node.wish('shop', { type: 'connect' });
  await untilStatus(node, 'shop', 'connected');
  for (const waId of ids) assert.equal((await ended(waId)).type, 'message.sent');
  await waitFor(async () => (await shownTexts()).includes('queued 3'), { what: 'all shown' });
  assert.deepEqual((await shownTexts()).slice(-3), ['queued 1', 'queued 2', 'queued 3']);
});

it('expires what is too old although its account waits for a wish to connect (AUTO_CONNECT=false)', async () => {
  await node.stop();
  const waId = await send('too old');
  node = await start({ autoConnect: false, ttlMs: 1 });
  const { type, data } = await ended(waId);
  assert.ok(type === 'message.send_failed' && 'phase' in data && data.phase === 'expired');
  await node.stop();
  node = await start();
  await untilStatus(node, 'shop', 'connected');
});

it('fails, unsent, what a logged out account had still to send', async () => {
  await node.wish('shop', { type: 'disconnect' });
  await waitFor(() => node.sessions.status().get('shop')?.state === 'idle', { what: 'idle account' });
  const waId = await send('too late');
  await node.wish('shop', { type: 'logout' });
  await untilStatus(node, 'shop', 'logged_out');
  const { type, data } = await ended(waId);
  assert.ok(type === 'message.send_failed' && 'phase' in data && data.phase === 'prepare');
  assert.equal(data.reason, 'The account is logged out');
});
