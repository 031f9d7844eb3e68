import assert from 'node:assert/strict';
import { after, afterEach, it } from 'node:test';
import type { SandboxOptions } from '../../../sandbox/server.ts';
import { eventsOf, openSession, ownerOf, pair } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const ACCOUNT = 'shop';

let epoch = 1;
/** Message ids whose append the log has acknowledged, with how often. */
const appended = new Map<string, number>();
/** Message ids that were found in the log when a session was opened. */
const read = new Set<string>();
/** Receipts of what our own phone tells us (keys, history): no messages, and they go on after the pairing. */
const OWN_TALK = new Set(['peer_msg', 'hist_sync']);
/** Receipts that reached the server while nobody could know their message to be in the log. */
const early: string[] = [];
const isLogged = (id: string): boolean => appended.has(id) || read.has(id);
const trace: SandboxOptions['trace'] = (direction, _device, { tag, attrs }) => {
  const isMessage = tag === 'receipt' && !OWN_TALK.has(attrs.type ?? '');
  if (direction === 'in' && isMessage && !isLogged(attrs.id ?? '')) early.push(attrs.id ?? '');
};
const { nats, sandbox, gateway, close } = await openGatewayScene({
  sandbox: { trace },
  patienceMs: 12_000,
  onAppended: ({ type, data }) => {
    if (type === 'message.received') appended.set(data.waId, (appended.get(data.waId) ?? 0) + 1);
  },
  onRead: ({ type, data }) => {
    if (type === 'message.received') read.add(data.waId);
  },
});
const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
let session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, epoch), phone.scan);
after(async () => {
  await session.session.close();
  await close();
});
afterEach(() => assert.deepEqual(early, [], 'a receipt left before its message was in the log'));

const received = async (): Promise<string[]> =>
  (await eventsOf(gateway.log, ACCOUNT)).flatMap((event) =>
    event.type === 'message.received' ? [event.data.waId] : [],
  );
const server = () => sandbox.control.account(ME);
const now = async () => (await sandbox.control.state()).sequence;
const reopen = async () => {
  epoch++;
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, epoch));
  await session.until('caught_up');
};
const allReceipted = (since: number, count: number) =>
  waitFor(
    async () => {
      const seen = (await server().receipts(since)).filter(({ kind }) => kind !== 'lost');
      return seen.length >= count && seen;
    },
    { what: `${count} receipts`, ms: 30_000 },
  );
const sorted = (ids: readonly string[]) => [...ids].sort((one, other) => one.localeCompare(other));
const onceEach = async (ids: readonly string[]): Promise<void> => {
  const wanted = new Set(ids);
  const got = (await received()).filter((id) => wanted.has(id));
  assert.deepEqual(sorted(got), sorted([...wanted]));
};

it('brings a burst of 500 from 5 phones into the log once each, and receipts all of them', async () => {
  const since = await now();
  const burst = await sandbox.control.burst({ to: ME, from: 5, count: 500 });
  const receipts = await allReceipted(since, 500);
  await onceEach(burst.ids);
  assert.deepEqual(new Set(receipts.map(({ kind }) => kind)), new Set(['receipt']));
});

it('receipts a redelivery in the same session, without logging it again', async () => {
  const ben = await sandbox.control.makePhone('4915400000002', { name: 'Ben' });
  await server().trouble({ kind: 'lose-receipts', count: 1 });
  const id = await ben.send(ME, 'receipt lost on the wire');
  await server().waitForReceipt((receipt) => receipt.id === id && receipt.kind === 'lost');
  await server().trouble({ kind: 'redeliver' });
  const answer = await server().waitForReceipt((receipt) => receipt.id === id && receipt.kind !== 'lost');
  assert.equal(answer.kind, 'receipt');
  assert.equal(appended.get(id), 1);
});

it('receipts a redelivery to the next session from the log', async () => {
  await server().trouble({ kind: 'lose-receipts', count: 2 });
  const ids = [
    await sandbox.control.phone('4915400000002').send(ME, 'known peer'),
    await (await sandbox.control.makePhone('4915400000003', { name: 'Cem' })).send(ME, 'first of a peer'),
  ];
  await waitFor(
    async () =>
      (await server().receipts()).filter(({ id, kind }) => ids.includes(id) && kind === 'lost').length === 2,
    { what: 'two lost receipts' },
  );
  await session.session.close();
  const since = await now();
  await reopen();
  const answers = await allReceipted(since, 2);
  assert.deepEqual(new Set(answers.map(({ kind }) => kind)), new Set(['receipt']));
  await onceEach(ids);
  assert.deepEqual(
    ids.map((id) => appended.get(id)),
    [1, 1],
  );
});

it('answers nothing while NATS hangs, and everything once it is back', async () => {
  const since = await now();
  const prepared = await sandbox.control.burst({ to: ME, from: 5, count: 300, release: false });
  await sandbox.control.releaseBurst(prepared.id, 150);
  await waitFor(async () => (await server().receipts(since)).length >= 30, { what: '30 receipts' });
  await nats.kill('SIGSTOP');
  const held = await waitFor(
    async () => {
      const [companion] = (await sandbox.control.phone(ME).show()).companions;
      const answered = (await server().receipts(since)).length;
      return answered + (companion?.waiting ?? 0) >= 300 && answered;
    },
    { what: 'all 300 to be delivered' },
  );
  assert.ok(held < 200, `${held} of 300 were answered`);
  await nats.kill('SIGCONT');
  const receipts = await allReceipted(since, 300);
  assert.deepEqual(new Set(receipts.map(({ kind }) => kind)), new Set(['receipt']));
  await onceEach(prepared.ids);
});

it('ends the socket unanswered when the log stays away, and loses nothing by it', async () => {
  await nats.kill('SIGSTOP');
  const since = await now();
  const burst = await sandbox.control.burst({ to: ME, from: 5, count: 50 });
  const closed = await session.until('closed', 20_000);
  assert.deepEqual([closed.code, closed.paired], [null, true]);
  assert.deepEqual(await server().receipts(since), []);
  await nats.kill('SIGCONT');
  await reopen();
  const receipts = await allReceipted(since, 50);
  assert.deepEqual(new Set(receipts.map(({ kind }) => kind)), new Set(['receipt']));
  await onceEach(burst.ids);
});

it('lets no frame out once the lease may have passed to somebody else', async () => {
  await session.session.close();
  epoch++;
  let mine = true;
  session = await openSession(
    gateway.whatsApp,
    ownerOf(ACCOUNT, epoch, () => mine),
  );
  await session.until('caught_up');
  const since = await now();
  mine = false;
  const burst = await sandbox.control.burst({ to: ME, from: 5, count: 50 });
  const closed = await session.until('closed');
  assert.deepEqual([closed.code, closed.reason], [null, 'owner_lost']);
  assert.deepEqual(await server().receipts(since), []);
  await reopen();
  await allReceipted(since, 50);
  await onceEach(burst.ids);
});

it('ends a zombie at its next write, before it has answered anything', async () => {
  const zombie = session;
  const since = await now();
  // the newer owner takes the journal over without a word to the old one
  epoch++;
  session = await openSession(gateway.whatsApp, ownerOf(ACCOUNT, epoch));
  await zombie.until('closed');
  await session.until('caught_up');
  const burst = await sandbox.control.burst({ to: ME, from: 5, count: 50 });
  await allReceipted(since, 50);
  await onceEach(burst.ids);
});
