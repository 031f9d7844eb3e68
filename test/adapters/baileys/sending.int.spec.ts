import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import type { SandboxOptions } from '../../../sandbox/server.ts';
import type { SendRequest } from '../../../src/events/messages.ts';
import type { RelayOutcome } from '../../../src/ports/whatsapp.ts';
import { eventsOf, openSession, ownerOf, pair } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { sendRequests } from '../../support/send-requests.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const BEN = '4915400000002';
const ACCOUNT = 'shop';

let epoch = 1;
const appended: string[] = [];
/** Message frames that reached the server while their attempt was not in the log. */
const early: string[] = [];
/** Message frames that reached the server, lost ones too. */
const framed: string[] = [];
/** How many privacy tokens were issued. */
let tokens = 0;
const trace: SandboxOptions['trace'] = (direction, _device, { tag, attrs }) => {
  const isSend = direction === 'in' && tag === 'message' && (attrs.id ?? '').startsWith('3EBFED');
  if (direction === 'in' && tag === 'iq' && attrs.xmlns === 'privacy' && attrs.type === 'set') tokens++;
  if (isSend) framed.push(attrs.id ?? '');
  if (isSend && !appended.includes(attrs.id ?? '')) early.push(attrs.id ?? '');
};
const { sandbox, gateway, close } = await openGatewayScene({
  sandbox: { trace },
  onAppended: ({ type, data }) => {
    if (type === 'message.send_attempted') appended.push(data.waId);
  },
});
const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
const ben = await sandbox.control.makePhone(BEN, { name: 'Ben' });
let session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, epoch), phone.scan);
after(async () => {
  await session.session.close();
  await close();
});

const request = sendRequests(ACCOUNT, BEN);
const send = async (
  text: string,
  more: Partial<SendRequest> = {},
): Promise<{ id: string; outcome: RelayOutcome }> => {
  const wish = request(text, more);
  const outcome = await session.session.relay(await session.session.prepare(wish), wish, 1);
  return { id: wish.data.waId, outcome };
};
const reopen = async () => {
  epoch++;
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, epoch));
  await session.until('caught_up');
};
const statuses = async (id: string) =>
  (await eventsOf(gateway.log, ACCOUNT)).flatMap(({ type, data }) =>
    type === 'message.status_changed' && data.waId === id ? [data.status] : [],
  );

it('sends a text under the id that was asked for, and logs its fate', async () => {
  const { id, outcome } = await send('hello Ben');
  assert.equal(outcome.kind, 'acked');
  const shown = await ben.waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'hello Ben');
  await ben.set({ readAfter: 0 });
  await waitFor(async () => (await statuses(id)).includes('delivered'), { what: 'delivery' });
});

it('issues a person a privacy token once, not with each message', async () => {
  await waitFor(() => tokens > 0, { what: 'a token' });
  for (const text of ['one', 'more', 'and another']) assert.equal((await send(text)).outcome.kind, 'acked');
  assert.equal(tokens, 1);
});

it('sends 16 at once in the order of the calls, each durable before its frame', async () => {
  const wishes = Array.from({ length: 16 }, (_, number) => request(`number ${number}`));
  const prepared = await Promise.all(wishes.map((wish) => session.session.prepare(wish)));
  const outcomes = await Promise.all(
    wishes.map((wish, number) => session.session.relay(prepared[number] ?? assert.fail(), wish, 1)),
  );
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['acked']));
  const ids = wishes.map(({ data }) => data.waId);
  await ben.waitForMessage(({ id }) => id === ids.at(-1));
  const shown = (await ben.displayed()).filter(({ id }) => ids.includes(id)).map(({ text }) => text);
  assert.deepEqual(
    shown,
    wishes.map((_, number) => `number ${number}`),
  );
  assert.deepEqual(early, []);
});

it('quotes the message itself, whether it lies in the event or among the blobs', async () => {
  const asked = await ben.send(ME, 'what time?');
  await waitFor(
    async () =>
      (await eventsOf(gateway.log, ACCOUNT)).some(({ data }) => 'waId' in data && data.waId === asked),
    { what: 'the question' },
  );
  const participant = `${BEN}@s.whatsapp.net`;
  const key = { remoteJid: participant, id: asked, fromMe: false };
  const info = { key, message: { conversation: 'what time? (in full)' } };
  const bytes = proto.WebMessageInfo.encode(info).finish();
  const raw = Buffer.from(bytes).toString('base64');
  const rawRef = await gateway.blobs.put(ACCOUNT, bytes);
  const gone = { ...rawRef, sha256: '0'.repeat(64) };
  const shownFor = async (where: object, text: string | null = null) => {
    const quoted = { messageId: asked, participant, text, hasMedia: false };
    const { id } = await send('noon', {
      content: { type: 'text', text: 'noon', quoted },
      quotedKey: { participant, fromMe: false, ...where },
    });
    return (await ben.waitForMessage((message) => message.id === id)).quoted;
  };
  const inFull = { id: asked, text: 'what time? (in full)' };
  assert.deepEqual(await shownFor({ raw }), inFull);
  assert.deepEqual(await shownFor({ rawRef }), inFull);
  assert.deepEqual(await shownFor({ rawRef: gone }, 'what time?'), { id: asked, text: 'what time?' });
});

it('tells a refusal by its code, once in the outcome and once in the log', async () => {
  await sandbox.control.account(ME).trouble({ kind: 'reject', code: 463, count: 1 });
  const { id, outcome } = await send('refused');
  assert.deepEqual([outcome.kind, outcome.kind === 'refused' && outcome.code], ['refused', 463]);
  const failed = await waitFor(
    async () =>
      (await eventsOf(gateway.log, ACCOUNT)).find(
        ({ type, data }) => type === 'message.send_failed' && data.waId === id,
      ),
    { what: 'the refusal in the log' },
  );
  assert.equal('code' in failed.data && failed.data.code, 463);
});

it('does not know what became of a frame when the connection drops, and sends the same bytes again', async () => {
  const server = sandbox.control.account(ME);
  await server.trouble({ kind: 'acks', hold: 'withhold' });
  const wish = request('ack lost');
  const prepared = await session.session.prepare(wish);
  const pending = session.session.relay(prepared, wish, 1);
  await ben.waitForFrame((frame) => frame.id === wish.data.waId);
  await server.trouble({ kind: 'drop' });
  assert.equal((await pending).kind, 'unknown');
  await session.until('closed');
  await server.trouble({ kind: 'none' });
  await reopen();
  const stored = await waitFor(() => gateway.outbox.find(ACCOUNT, wish.data.waId), {
    what: 'the outbox row',
  });
  assert.deepEqual(Buffer.from(stored.message), Buffer.from(prepared.message));
  assert.equal((await session.session.relay(stored, wish, 2)).kind, 'acked');
  assert.equal((await ben.displayed()).filter(({ id }) => id === wish.data.waId).length, 1);
});

it('sends a group its sender key again with a message that may not have left', async () => {
  const server = sandbox.control.account(ME);
  const { jid } = await ben.makeGroup('Friends', [ME]);
  await server.trouble({ kind: 'lose-messages', count: 1 });
  const wish = request('first in the group', { to: jid, chat: { jid } });
  const prepared = await session.session.prepare(wish);
  const pending = session.session.relay(prepared, wish, 1);
  await waitFor(() => framed.includes(wish.data.waId), { what: 'the frame' });
  await server.trouble({ kind: 'drop' });
  assert.equal((await pending).kind, 'unknown');
  await session.until('closed');
  await server.trouble({ kind: 'none' });
  await reopen();
  assert.equal((await session.session.relay(prepared, wish, 2)).kind, 'acked');
  const { error } = await ben.waitForFrame((frame) => frame.id === wish.data.waId);
  assert.equal(error, undefined);
  assert.equal((await ben.waitForMessage(({ id }) => id === wish.data.waId)).text, 'first in the group');
});

it('answers a retry receipt from the outbox, also in a later session', async () => {
  await ben.set({ online: false });
  await sandbox.control.account(ME).trouble({ kind: 'tamper-out', count: 1 });
  const { id } = await send('tampered on the way');
  await session.session.close();
  await reopen();
  await ben.set({ online: true });
  const shown = await ben.waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'tampered on the way');
});

it('unlinks', async () => {
  await session.session.logout();
  assert.deepEqual((await sandbox.control.phone(ME).show()).companions, []);
  await gateway.whatsApp.eraseKeys(`keys_${ACCOUNT}`);
  const fresh = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, epoch + 1));
  await fresh.until('qr');
  await fresh.session.close();
  session = fresh;
});
