import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView, buildOf } from '../../src/projections/projection.ts';
import { accountAnswer, createAccountQueries } from '../../src/queries/accounts.ts';
import { createChatQueries } from '../../src/queries/chats.ts';
import { createMessageQueries } from '../../src/queries/messages.ts';
import { createAddressBook } from '../../src/queries/names.ts';
import { type Page as ChatPage, parseCursor } from '../../src/queries/pages.ts';
import { createReadViews } from '../../src/queries/views.ts';
import * as make from '../support/events.ts';
import type { Given } from '../support/projection-spec.ts';
import { openStoredViews } from '../support/stored-views.ts';

const { ANN, ANN_PN, BOB, GROUP, NOW } = make;

let stored: Awaited<ReturnType<typeof openStoredViews>>;

const fromAnn = (n: number): Given => make.received(`A${n}`, { timestamp: NOW + Math.floor(n / 2) });
const timer = (chat: typeof ANN, disappearing: number): Given => ({
  type: 'chat.imported',
  data: { chat, part: 'p1', disappearing },
});
const events: readonly Given[] = [
  make.created(),
  { ...make.created('auth_other'), account: 'other' },
  make.received('OLD', { chat: ANN_PN, from: ANN_PN, timestamp: NOW - 100 }),
  ...Array.from({ length: 120 }, (_, n) => fromAnn(n)),
  make.linked(),
  make.received('X', { chat: GROUP, from: BOB, timestamp: NOW + 500 }),
  { ...make.received('X', { chat: BOB, from: BOB, timestamp: NOW + 400 }), raw: 'QUJD' },
  make.statusChanged('NEVER-SEEN', 'read'),
  make.edited({ waId: 'X', author: BOB }, 'edited', { chat: BOB, by: BOB }),
  { ...make.received('O1'), account: 'other' },
  ...[
    make.received('T1', { timestamp: NOW - 204 }),
    make.received('P1', { timestamp: NOW - 203, content: { type: 'image', text: null } }),
    make.sentElsewhere('T2', { timestamp: NOW - 202 }),
    make.sentElsewhere('P2', { timestamp: NOW - 201, content: { type: 'image', text: null } }),
  ].map((event) => ({ ...event, account: 'mixed' })),
  timer(ANN, 86_400),
  timer(BOB, 0),
];

before(async () => {
  stored = await openStoredViews(events);
});
after(() => stored.close());

const read = () => stored.read();

const page = async (chatId: string, over: Partial<ChatPage> = {}) =>
  createMessageQueries(read()).ofChat('shop', chatId, { limit: 50, offset: 0, ...over });
const ids = ({ messages }: Readonly<{ messages: readonly { messageId: string }[] }>) =>
  messages.map(({ messageId }) => messageId);

describe('accounts', () => {
  it('are listed and found', async () => {
    const accounts = createAccountQueries(read());
    assert.deepEqual((await accounts.list()).map(accountAnswer), [
      {
        _id: 'other',
        name: 'Shop',
        collectionName: 'auth_other',
        createdAt: '2026-01-01T00:00:02.000Z',
        status: 'created',
        history: null,
        profileName: null,
        restriction: null,
        quota: null,
        updatedAt: '2026-01-01T00:00:02.000Z',
      },
      {
        _id: 'shop',
        name: 'Shop',
        collectionName: 'auth_shop',
        createdAt: '2026-01-01T00:00:01.000Z',
        status: 'created',
        history: null,
        profileName: null,
        restriction: null,
        quota: null,
        updatedAt: '2026-01-01T00:00:01.000Z',
      },
    ]);
    assert.equal(await accounts.find('none'), null);
  });
});

describe('chats', () => {
  it('are listed with the newest first, one for a person', async () => {
    const chats = createChatQueries(read());
    const { chats: list } = await chats.list('shop');
    assert.deepEqual(
      list.map(({ chatId, lid, messageCount, lastMessage }) => [
        chatId,
        lid,
        messageCount,
        lastMessage?.messageId,
      ]),
      [
        [GROUP.jid, null, 1, 'X'],
        [BOB.alt, BOB.jid, 1, 'X'],
        [ANN_PN.jid, ANN.jid, 121, 'A119'],
      ],
    );
    assert.equal(list[1]?.lastMessage?.text, 'edited');
    const second = await chats.list('shop', { limit: 1, offset: 1 });
    assert.deepEqual([second.chats, second.hasMore], [list.slice(1, 2), true]);
    assert.deepEqual(await chats.list('none'), { chats: [], hasMore: false, nextCursor: null });
  });
});

describe('messages of a chat', () => {
  const order = Array.from({ length: 120 }, (_, n) => `A${119 - n}`).concat('OLD');

  it('come newest first, page by page, under any address of the person', async () => {
    for (const chatId of [ANN.jid, ANN_PN.jid, '4915100000001', '+4915100000001']) {
      const first = await page(chatId);
      assert.deepEqual(ids(first), order.slice(0, 50));
      assert.deepEqual([first.total, first.hasMore], [121, true]);
    }
    const last = await page(ANN.jid, { offset: 100 });
    assert.deepEqual(ids(last), order.slice(100));
    assert.deepEqual([last.total, last.hasMore], [121, false]);
    assert.deepEqual(ids(await page(ANN.jid, { offset: 121 })), []);
    assert.ok(last.messages.every(({ chatId, lid }) => chatId === ANN_PN.jid && lid === ANN.jid));
  });
  it('are bounded by before and after, exclusively', async () => {
    const bounded = await page(ANN.jid, { before: NOW + 10, after: NOW + 7 });
    assert.deepEqual(ids(bounded), ['A19', 'A18', 'A17', 'A16']);
    assert.deepEqual([bounded.total, bounded.hasMore], [4, false]);
    const early = await page(ANN.jid, { before: NOW + 1, limit: 2 });
    assert.deepEqual([ids(early), early.total, early.hasMore], [['A1', 'A0'], 3, true]);
  });
  it('are found by a guess at their time, and without where it guesses wrong', async () => {
    const few = await page(ANN.jid, { limit: 10 });
    assert.deepEqual(ids(few), order.slice(0, 10));
    const beforeAll = await page(ANN.jid, { limit: 1, before: NOW });
    assert.deepEqual(ids(beforeAll), ['OLD']);
  });
  it('are none in a chat that nobody knows', async () =>
    assert.deepEqual(await page('999999@s.whatsapp.net'), {
      messages: [],
      total: 0,
      hasMore: false,
      nextCursor: null,
    }));
});

describe('pages by cursor', () => {
  it('follow each other without a gap or a repeat, seconds shared or not', async () => {
    const whole = ids(await page(ANN.jid, { limit: 200 }));
    for (const limit of [1, 7, 50]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const known: string | null = cursor;
        const next: Awaited<ReturnType<typeof page>> = await page(ANN.jid, {
          limit,
          ...(known === null ? {} : { cursor: parseCursor(known) ?? undefined }),
        });
        seen.push(...ids(next));
        assert.equal(next.hasMore, next.nextCursor !== null);
        cursor = next.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(seen, whole, `pages of ${limit}`);
    }
  });
  it('are refused where they are none', () => {
    for (const text of ['', 'x', 'e30', Buffer.from('1').toString('base64url')])
      assert.equal(parseCursor(text), null);
  });
});

describe('filters', () => {
  it('keep a kind of message, or who wrote it, and count accordingly', async () => {
    const { ofChat } = createMessageQueries(read());
    for (const [filter, expected] of [
      [{}, ['P2', 'T2', 'P1', 'T1']],
      [{ type: 'text' }, ['T2', 'T1']],
      [{ type: 'image' }, ['P2', 'P1']],
      [{ type: 'video' }, []],
      [{ fromMe: true }, ['P2', 'T2']],
      [{ fromMe: false }, ['P1', 'T1']],
      [{ fromMe: true, type: 'image' }, ['P2']],
    ] as const) {
      const found = await ofChat('mixed', ANN.jid, { limit: 50, offset: 0, ...filter });
      assert.deepEqual([ids(found), found.total, found.hasMore], [expected, expected.length, false]);
      const first = await ofChat('mixed', ANN.jid, { limit: 1, offset: 0, ...filter });
      assert.deepEqual([ids(first), first.hasMore], [expected.slice(0, 1), expected.length > 1]);
    }
  });
});

describe('an account', () => {
  it('is paged as a chat is', async () => {
    const queries = createMessageQueries(read());
    const all = await queries.all({ limit: 500, skip: 0, accountId: 'shop' });
    const seen: string[] = [];
    let cursor: ChatPage['cursor'];
    do {
      const found = await queries.ofAccount('shop', { limit: 50, offset: 0, cursor });
      assert.equal(found.total, all.total);
      seen.push(...ids(found));
      cursor = found.nextCursor === null ? undefined : (parseCursor(found.nextCursor) ?? undefined);
    } while (cursor !== undefined);
    assert.deepEqual(seen, ids(all));
    const middle = await queries.ofAccount('shop', { limit: 5, offset: 60 });
    assert.deepEqual(ids(middle), seen.slice(60, 65));
    assert.equal((await queries.ofAccount('nobody', { limit: 5, offset: 0 })).total, 0);
  });
});

describe('a message by its id', () => {
  it('is the newest of two, or the one in a chat', async () => {
    const messages = createMessageQueries(read());
    assert.equal((await messages.find('shop', 'X'))?.chatId, GROUP.jid);
    assert.equal((await messages.find('shop', 'X', BOB.alt))?.chatId, BOB.alt);
    assert.equal(await messages.find('shop', 'X', ANN.jid), null);
    assert.equal(await messages.find('other', 'X'), null);
  });
  it('is not there while only its receipts are known', async () =>
    assert.equal(await createMessageQueries(read()).find('shop', 'NEVER-SEEN'), null));
  it('has its raw proto for the service, and for nobody else', async () => {
    const messages = createMessageQueries(read());
    const stored = await messages.findStored('shop', 'X', BOB.jid);
    assert.deepEqual([stored?.raw, stored?.content.text, stored?.fromMe], ['QUJD', 'edited', false]);
    assert.equal(JSON.stringify(await messages.find('shop', 'X', BOB.jid)).includes('QUJD'), false);
  });
});

describe('all messages', () => {
  it('of everybody and of one account, with totals', async () => {
    const messages = createMessageQueries(read());
    const all = await messages.all({ limit: 2, skip: 0 });
    assert.deepEqual(
      [all.messages.map(({ timestamp }) => timestamp), all.total, all.hasMore],
      [[NOW + 500, NOW + 400], 128, true],
    );
    const other = await messages.all({ limit: 50, skip: 0, accountId: 'other' });
    assert.deepEqual(
      [other.messages.map(({ messageId }) => messageId), other.total, other.hasMore],
      [['O1'], 1, false],
    );
    const end = await messages.all({ limit: 50, skip: 120 });
    assert.deepEqual([end.messages.length, end.hasMore], [8, false]);
  });
});

describe('an address', () => {
  const resolve = (jid: string) => createAddressBook(read())('shop', jid);
  it('is made canonical where the LID is known', async () => {
    assert.deepEqual((await resolve('+4915100000001'))?.chat, ANN);
    assert.deepEqual((await resolve(ANN.jid))?.chat, ANN);
    assert.deepEqual(await resolve(GROUP.jid), { chat: GROUP });
    assert.deepEqual(await resolve('777777'), { chat: { jid: '777777@s.whatsapp.net' } });
    assert.equal(await resolve('nonsense'), null);
  });
  it('tells the timer of its chat, by whichever name it is asked for', async () => {
    for (const name of ['+4915100000001', ANN_PN.jid, ANN.jid])
      assert.equal((await resolve(name))?.expiresIn, 86_400);
    assert.deepEqual(await resolve(BOB.jid), { chat: BOB }, 'it is off');
  });
});

const CHATS = buildOf(asView(messagesProjection)).collections.chats?.physical;

it('a published build is read from the next second on', async () => {
  let now = 0;
  const views = createReadViews(stored.mongo.views, () => now);
  assert.equal((await views('chats')).collectionName, CHATS);
  const names = stored.mongo.views.collection<{ _id: string }>('views');
  await names.updateOne({ _id: 'messages' }, { $set: { 'collections.chats': 'chats_other' } });
  now = 900;
  assert.equal((await views('chats')).collectionName, CHATS);
  now = 1_100;
  assert.equal((await views('chats')).collectionName, 'chats_other');
  await names.updateOne({ _id: 'messages' }, { $set: { 'collections.chats': CHATS } });
});
