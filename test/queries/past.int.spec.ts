import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseMoment } from '../../src/events/moment.ts';
import type { ViewRunner } from '../../src/projections/runner/run.ts';
import { createMessageQueries } from '../../src/queries/messages.ts';
import { createPastQueries } from '../../src/queries/past.ts';
import { createReadViews } from '../../src/queries/views.ts';
import * as make from '../support/events.ts';
import type { Given } from '../support/projection-spec.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { caughtUp, connectWorld, startRunner, type World } from '../support/views.ts';

const { ANN, ANN_PN, BOB, NOW } = make;
const PAGE = { limit: 50, offset: 0 };

let nats: TestServer;
let mongod: TestServer;
let world: World;
let runner: ViewRunner;

before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  world = await connectWorld(nats.url, mongod.url, `past_${process.pid}`);
  runner = startRunner(world);
});
after(async () => {
  await runner?.stop();
  await world?.end();
  await Promise.all([nats?.stop(), mongod?.stop()]);
});

const queries = () => {
  const read = createReadViews(world.mongo.views, () => performance.now());
  const messages = createMessageQueries(read);
  return { messages, past: createPastQueries({ log: world.log, read, messages }) };
};

/** A chat's life: the number first, then the LID; edited, reacted to, answered, taken back; a neighbour meanwhile. */
const LIFE: readonly Given[] = [
  make.created(),
  make.received('OLD', { chat: ANN_PN, from: ANN_PN, timestamp: NOW - 100 }),
  make.linked(),
  { ...make.received('M1', { timestamp: NOW }), raw: 'QUJD' },
  make.received('B1', { chat: BOB, from: BOB, timestamp: NOW + 1 }),
  make.sendRequested('S1', { chat: ANN, timestamp: NOW + 2 }),
  make.statusChanged('S1', 'delivered'),
  make.edited({ waId: 'M1', author: ANN }, 'edited', { chat: ANN, by: ANN }),
  make.reacted({ waId: 'M1', author: ANN }, '👍', { chat: ANN, by: ANN }),
  make.received('M2', { timestamp: NOW + 9 }),
  make.edited({ waId: 'M1', author: ANN }, 'once more', {
    waId: 'E2',
    chat: ANN,
    by: ANN,
    timestamp: NOW + 50,
  }),
  make.marked('message.starred', { waId: 'M1' }),
  make.pinned({ waId: 'M1' }, { seconds: 60 }),
  // another phone tells anew what is starred
  { type: 'account.paired', data: { me: make.ME.jid } },
];

describe('what was known', () => {
  const seqs: number[] = [];
  const then = new Map<number, unknown>();

  it('at every position is what the view said when it stood there', async () => {
    for (const event of LIFE) {
      const seq = await world.append(event);
      await caughtUp(runner, seq);
      seqs.push(seq);
      // the names of a chat are those of now, its messages those of then
      // before the link, the LID means nothing yet
      const chat = seqs.length < 3 ? ANN_PN : ANN;
      then.set(seq, await queries().messages.ofChat('shop', chat.jid, PAGE));
    }
    const { past } = queries();
    const strip = (page: unknown): unknown =>
      JSON.parse(
        JSON.stringify(page, (key, value: unknown) =>
          ['chatId', 'lid', 'from', 'jid'].includes(key) ? undefined : value,
        ),
      );
    for (const seq of seqs)
      assert.deepEqual(
        strip(await past.ofChat('shop', ANN.jid, { ...PAGE, at: { seq } })),
        strip(then.get(seq)),
        `at ${seq}`,
      );
    const last = await past.ofChat('shop', ANN.jid, { ...PAGE, at: { seq: 9_999 } });
    assert.deepEqual(last, then.get(seqs.at(-1) ?? 0));
    assert.equal(last.messages.length, 4);
  });

  it('at a time is what had been appended by then', async () => {
    const times: string[] = [];
    for await (const entries of world.log.read({ subjects: ['wildcat.>'], after: 0 }))
      for (const entry of entries) if (entry.kind === 'event') times.push(entry.event.at);
    const { past } = queries();
    const at = parseMoment(times[3] ?? '');
    assert.ok(at !== null);
    const page = await past.ofChat('shop', ANN_PN.jid, { ...PAGE, at });
    assert.ok(page.messages.some(({ messageId }) => messageId === 'M1'));
    const before = await past.ofChat('shop', ANN.jid, {
      ...PAGE,
      at: { ms: Date.parse(times[0] ?? '') - 1 },
    });
    assert.deepEqual(before, { messages: [], total: 0, hasMore: false, nextCursor: null });
  });

  it('has stars of a former link as they were then', async () => {
    const { past } = queries();
    const starred = async (at: number) =>
      (await past.find('shop', 'M1', { chatId: ANN.jid, at: { seq: seqs[at] ?? 0 } }))?.starred;
    assert.deepEqual([await starred(10), await starred(12), await starred(13)], [false, true, false]);
  });

  it('pages and filters as the present does', async () => {
    const { past, messages } = queries();
    const at = { seq: seqs.at(-1) ?? 0 };
    const first = await past.ofChat('shop', ANN.jid, { limit: 3, offset: 0, at });
    const { parseCursor } = await import('../../src/queries/pages.ts');
    const cursor = parseCursor(first.nextCursor ?? '') ?? undefined;
    for (const over of [
      { limit: 3 },
      { limit: 3, cursor },
      { offset: 1 },
      { fromMe: true },
      { before: NOW + 2 },
      { after: NOW },
    ])
      assert.deepEqual(
        await past.ofChat('shop', ANN.jid, { ...PAGE, ...over, at }),
        await messages.ofChat('shop', ANN.jid, { ...PAGE, ...over }),
        JSON.stringify(over),
      );
  });

  it('of one message: as it read, and not before it came', async () => {
    const { past } = queries();
    const text = async (seq: number) =>
      (await past.find('shop', 'M1', { chatId: ANN.jid, at: { seq } }))?.text ?? null;
    assert.equal(await text(seqs[2] ?? 0), null);
    const [first, edited, last] = [
      await text(seqs[3] ?? 0),
      await text(seqs[7] ?? 0),
      await text(seqs[10] ?? 0),
    ];
    assert.deepEqual([edited, last], ['edited', 'once more']);
    assert.notEqual(first, 'edited');
    assert.equal(await past.find('shop', 'NONE', { at: { seq: 1 } }), null);
  });

  it("is made of the message's own events, in order", async () => {
    const { past } = queries();
    const told = async (id: string) =>
      (await past.history('shop', id))?.map(({ event, changed }) => [event.type, event.seq, changed]);
    assert.deepEqual(await told('M1'), [
      ['message.received', seqs[3], true],
      ['message.edited', seqs[7], true],
      ['message.reacted', seqs[8], true],
      ['message.edited', seqs[10], true],
      ['message.starred', seqs[11], true],
      ['message.pinned', seqs[12], true],
    ]);
    assert.deepEqual(await told('S1'), [
      ['message.send_requested', seqs[5], true],
      ['message.status_changed', seqs[6], true],
    ]);
    assert.equal(await past.history('shop', 'NONE'), null);
  });
});
