import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { wordsOf } from '../../src/projections/words.ts';
import { type Asked, createMessageQueries } from '../../src/queries/messages.ts';
import { parseCursor } from '../../src/queries/pages.ts';
import * as make from '../support/events.ts';
import type { Given } from '../support/projection-spec.ts';
import { openStoredViews } from '../support/stored-views.ts';

const { ANN, ANN_PN, BOB, GROUP, NOW } = make;

let stored: Awaited<ReturnType<typeof openStoredViews>>;

const COUNT = 3_000;
/** Every message says `common`, one in 20 `middling`, one in 1,500 `rare`. */
const textOf = (n: number): string =>
  ['Common', n % 20 === 0 ? 'Middling' : '', n % 1_500 === 7 ? 'Räre' : '', `number${n}`].join(' ');
const said = (waId: string, n: number, over: object = {}): Given =>
  make.received(waId, { content: { type: 'text', text: textOf(n) }, timestamp: NOW + n, ...over });

const events: readonly Given[] = [
  make.created(),
  ...Array.from({ length: COUNT }, (_, n) => said(`A${n}`, n)),
  said('OLD', 7, { chat: ANN_PN, from: ANN_PN, timestamp: NOW - 50 }),
  make.linked(),
  said('B', 7, { chat: BOB, from: BOB, timestamp: NOW + COUNT + 10 }),
  said('G', 7, { chat: GROUP, from: BOB, timestamp: NOW + COUNT + 20 }),
  make.sendRequested('S', { content: { type: 'text', text: 'rarely mine' }, timestamp: NOW + COUNT + 30 }),
  // what was edited is found by what it says now
  said('E', 1, { content: { type: 'text', text: 'obsolete' }, timestamp: NOW + COUNT + 40 }),
  make.edited({ waId: 'E' }, 'replaced'),
  // a script beyond the basic plane, whose letters sort behind all of that
  said('ADLAM', 1, {
    content: { type: 'text', text: '\u{1e900}\u{1e901}\u{1e902}' },
    timestamp: NOW - 90,
  }),
  { ...make.created('auth_other'), account: 'other' },
  { ...said('OTHER', 7), account: 'other' },
];

before(async () => {
  stored = await openStoredViews(events);
});
after(() => stored.close());

type Over = Partial<Asked>;
const search = async (q: string, { chat, ...over }: Over & { chat?: string } = {}) => {
  const queries = createMessageQueries(stored.read());
  const asked = { limit: 50, offset: 0, words: wordsOf(q), ...over };
  const page = await (chat === undefined
    ? queries.ofAccount('shop', asked)
    : queries.ofChat('shop', chat, asked));
  assert.equal(page.hasMore, page.nextCursor !== null);
  return { ids: page.messages.map(({ messageId }) => messageId), page };
};
const find = async (...args: Parameters<typeof search>): Promise<string[]> => (await search(...args)).ids;

it('finds words and their beginnings, newest first, without regard to case and accents', async () => {
  for (const q of ['rare', 'RÄRE', 'rar'])
    assert.deepEqual(
      (await find(q)).filter((id) => id !== 'S'),
      ['G', 'B', 'A1507', 'A7', 'OLD'],
      q,
    );
  assert.deepEqual(await find('rarel'), ['S']);
  assert.deepEqual(await find('are'), []);
  assert.deepEqual(await find('number1507 com'), ['A1507']);
  assert.deepEqual(await find('number1507 number7'), []);
});

it('finds words of every script by their beginnings', async () => {
  assert.deepEqual(await find('\u{1e900}\u{1e901}'), ['ADLAM']);
});

it('finds them in a chat, under any of its addresses', async () => {
  for (const chat of [ANN.jid, ANN_PN.jid])
    assert.deepEqual(await find('räre', { chat }), ['S', 'A1507', 'A7', 'OLD']);
  assert.deepEqual(await find('common', { chat: GROUP.jid }), ['G']);
  assert.deepEqual(await find('common', { chat: '49160@s.whatsapp.net' }), []);
});

it('finds what a message says now, not what it said', async () => {
  assert.deepEqual(await find('replaced'), ['E']);
  assert.deepEqual(await find('obsolete'), []);
});

it('takes the other filters, too', async () => {
  assert.deepEqual(await find('rare', { fromMe: true }), ['S']);
  assert.deepEqual(await find('rare', { before: NOW + 1_507, after: NOW - 50 }), ['A7']);
  assert.deepEqual(await find('rare', { type: 'image' }), []);
});

it('pages by cursor through all there is, each once, however common the word', async () => {
  for (const [q, count] of [
    ['common', COUNT + 3],
    ['middling', COUNT / 20],
    ['rare', 6],
    ['number', COUNT + 3],
  ] as const) {
    const seen: string[] = [];
    let cursor: Over['cursor'];
    for (;;) {
      const { ids, page } = await search(q, { limit: count > 1_000 ? 200 : 3, cursor });
      seen.push(...ids);
      if (page.nextCursor === null) break;
      cursor = parseCursor(page.nextCursor) ?? undefined;
    }
    assert.equal(seen.length, count, q);
    assert.equal(new Set(seen).size, count, q);
  }
});

it('knows nothing of an account that is not there', async () => {
  const queries = createMessageQueries(stored.read());
  const { messages, nextCursor } = await queries.ofAccount('nobody', { limit: 5, offset: 0, words: ['x'] });
  assert.deepEqual([messages, nextCursor], [[], null]);
});

it('skips thousands to the very message, in a chat under two addresses and in a whole account', async () => {
  const queries = createMessageQueries(stored.read());
  const inChat = [...Array.from({ length: COUNT }, (_, n) => `A${n}`).reverse(), 'OLD'];
  for (const offset of [1_000, 1_500, 2_990, COUNT, COUNT + 50]) {
    const chat = await queries.ofChat('shop', ANN_PN.jid, { limit: 3, offset });
    const ids = chat.messages.map(({ messageId }) => messageId);
    assert.deepEqual(ids, ['E', 'S', ...inChat].slice(offset, offset + 3), `chat, ${offset}`);
    const account = await queries.ofAccount('shop', { limit: 3, offset });
    const found = account.messages.map(({ messageId }) => messageId);
    assert.deepEqual(found, ['E', 'S', 'G', 'B', ...inChat].slice(offset, offset + 3), `account, ${offset}`);
  }
});
