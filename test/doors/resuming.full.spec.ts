import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PublicEvent } from '../../src/events/public.ts';
import { CONSUMERS, type Consume, pulled } from '../support/consumers.ts';
import { type OpenDoors, openDoors } from '../support/doors.ts';
import { created, readAll, received } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';

let nats: TestServer;
let open: OpenDoors;

before(async () => {
  nats = await startNats();
  open = await openDoors(nats.url);
});
after(async () => {
  await open?.end();
  await nats?.stop();
});

/** Positions of the log's events that a filter lets through. */
const logged = async (lets: (type: string, account: string) => boolean, from: number): Promise<number[]> =>
  (await readAll(open.log)).flatMap((entry) =>
    entry.kind === 'event' && entry.seq > from && lets(entry.event.type, entry.event.account)
      ? [entry.seq]
      : [],
  );

const write = async (count: number, name: string): Promise<number> => {
  let last = 0;
  for (let n = 0; n < count; n++) {
    const account = n % 3 === 0 ? 'shop' : 'other';
    if (n % 10 === 0)
      last = (
        await open.log.appendDecision(created(name, { account }), await open.log.end(account, 'account'))
      ).version;
    last = Math.max(last, (await open.log.append(received(`${name}${n}`, { account }))).seq);
  }
  return last;
};

/** Reads in cuts of different lengths, each resumed with the position of the last event, while others write. */
const readInCuts = async (
  consume: Consume,
  asked: Readonly<{ after: number; total: number; query: string }>,
): Promise<PublicEvent[]> => {
  const events: PublicEvent[] = [];
  for (const cuts = [1, 7, 30, 113]; events.length < asked.total; cuts.push(cuts.shift() ?? 1)) {
    const limit = Math.min(cuts[0] ?? 1, asked.total - events.length);
    const after = events.at(-1)?.position ?? asked.after;
    const got = await consume(open.url, { after, limit, query: asked.query });
    assert.ok(got.length > 0 && got.length <= limit, `${got.length} of ${limit}`);
    events.push(...got);
  }
  return events;
};

const FILTERS = [
  { query: '', lets: () => true },
  { query: 'account=shop', lets: (_type: string, account: string) => account === 'shop' },
  { query: 'types=account.*,account.created', lets: (type: string) => type.startsWith('account.') },
  {
    query: 'account=other,nobody&types=message.received',
    lets: (type: string, account: string) => type === 'message.received' && account === 'other',
  },
] as const;

for (const [name, consume] of Object.entries(CONSUMERS))
  describe(`${name}, cut again and again`, () => {
    for (const { query, lets } of FILTERS)
      it(`gets every event once, in order, each knowing the one before it: ${query || 'all'}`, async () => {
        const { head: from } = await pulled(open.url, 'after=now');
        const old = await logged(lets, 0);
        await write(100, `${name}${query}a`);
        const total = (await logged(lets, from)).length * 2;
        const reading = readInCuts(consume, { after: from, total, query });
        await write(100, `${name}${query}b`);
        const events = await reading;
        const expected = (await logged(lets, from)).slice(0, total);
        assert.deepEqual(
          events.map(({ position }) => position),
          expected,
        );
        const before = [old.at(-1) ?? 0, ...expected.slice(0, -1)];
        assert.deepEqual(
          events.map(({ previous }) => previous),
          before,
        );
        assert.equal(new Set(events.map(({ id }) => id)).size, total);
      });
  });

it('goes on at another door where it left the last', async () => {
  const { head: from } = await pulled(open.url, 'after=now');
  await write(60, 'doors');
  const consumers = Object.values(CONSUMERS);
  const events: PublicEvent[] = [];
  for (let n = 0; n < 60; n += 10) {
    const after = events.at(-1)?.position ?? from;
    const consume = consumers[(n / 10) % consumers.length] as Consume;
    events.push(...(await consume(open.url, { after, limit: 10 })));
  }
  const expected = (await logged(() => true, from)).slice(0, 60);
  assert.deepEqual(
    events.map(({ position }) => position),
    expected,
  );
  assert.deepEqual(
    events.slice(1).map(({ previous }) => previous),
    expected.slice(0, -1),
  );
});
