import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ChatPage, parseChatCursor } from '../../src/queries/chat-pages.ts';
import { createChatQueries } from '../../src/queries/chats.ts';
import { createPhoneQueries } from '../../src/queries/phone.ts';
import * as make from '../support/events.ts';
import type { Given } from '../support/projection-spec.ts';
import { openStoredViews } from '../support/stored-views.ts';

const { GROUP, NOW, BOB } = make;
const HOUR = 3_600;
const PEOPLE = 60;

const person = (n: number) => ({
  jid: `2000000000000${10 + n}@lid`,
  alt: `49160000${100 + n}@s.whatsapp.net`,
});
/** Older and older ever more quickly, two of each second: the last ones years ago. */
const timeOf = (n: number): number => NOW - Math.floor(n / 2) ** 3 * HOUR;
const saidBy = (n: number): Given =>
  make.received(`M${n}`, { chat: person(n), from: person(n), timestamp: timeOf(n), pushName: `P${n}` });

const set = (type: string, n: number): Given => ({ type, data: { chat: person(n) } }) as Given;
const events: readonly Given[] = [
  make.created(),
  { ...make.created('auth_other'), account: 'other' },
  ...Array.from({ length: PEOPLE }, (_, n) => saidBy(n)),
  { ...make.received('O', { chat: person(1), from: person(1), timestamp: NOW + 9 }), account: 'other' },
  make.received('G', { chat: GROUP, from: BOB, timestamp: NOW + 5 }),
  ...[1, 2, 3].map((n) => ({ ...saidBy(n), account: 'third' })),
  { ...set('chat.archived', 3), account: 'third' },
  ...[2, 3].map((n) => ({
    type: 'chat.deleted' as const,
    account: 'third',
    data: { chat: person(n), at: NOW, upTo: timeOf(2) },
  })),
  // read on the phone, but for every fifth; those are archived but for the first
  ...Array.from({ length: PEOPLE }, (_, n) => set(n % 5 === 0 ? 'chat.archived' : 'chat.marked_read', n)),
  set('chat.unarchived', 0),
  set('chat.marked_unread', 3),
];

let stored: Awaited<ReturnType<typeof openStoredViews>>;
before(async () => {
  stored = await openStoredViews(events);
});
after(() => stored.close());

const read = () => stored.read();
const list = async (page: ChatPage) => {
  const { chats, ...more } = await createChatQueries(read()).list('shop', page);
  return { ids: chats.map(({ chatId }) => chatId), ...more };
};
/** All pages of this size, one after the other. */
const walked = async (page: ChatPage): Promise<string[][]> => {
  const pages: string[][] = [];
  for (let cursor: ChatPage['cursor'] | null; cursor !== null; ) {
    const { ids, hasMore, nextCursor }: Awaited<ReturnType<typeof list>> = await list({ ...page, cursor });
    assert.equal(hasMore, nextCursor !== null);
    pages.push(ids);
    cursor = nextCursor === null ? null : parseChatCursor(nextCursor);
    assert.ok(pages.length < 99);
  }
  return pages;
};
const ids = (numbers: readonly number[]): string[] => numbers.map((n) => person(n).alt);
const EVERYBODY = Array.from({ length: PEOPLE }, (_, n) => n);

describe('pages of chats', () => {
  it('show every chat once, in the order of the whole list, also two of one second', async () => {
    const whole = (await list({})).ids;
    assert.deepEqual(whole, [GROUP.jid, ...ids(EVERYBODY)]);
    for (const limit of [1, 7, 60, 61, 1_000]) {
      const pages = await walked({ limit });
      assert.deepEqual(pages.flat(), whole, `limit ${limit}`);
      assert.ok(pages.every(({ length }, at) => length === limit || at === pages.length - 1));
    }
  });

  it('go by offset, too', async () => {
    const { ids: second, hasMore } = await list({ limit: 10, offset: 10 });
    assert.deepEqual([second, hasMore], [ids(EVERYBODY.slice(9, 19)), true]);
    assert.deepEqual(await list({ limit: 10, offset: 55 }), {
      ids: ids(EVERYBODY.slice(54)),
      hasMore: false,
      nextCursor: null,
    });
    const { nextCursor } = await list({ limit: 10 });
    const cursor = parseChatCursor(nextCursor ?? '') ?? undefined;
    assert.deepEqual((await list({ limit: 10, offset: 3, cursor })).ids, ids(EVERYBODY.slice(12, 22)));
  });

  it('are of those that are unread, marked as unread, or archived', async () => {
    const unread = EVERYBODY.filter((n) => n % 5 === 0 || n === 3);
    const archived = EVERYBODY.filter((n) => n % 5 === 0 && n > 0);
    const others = (of: readonly number[]) => EVERYBODY.filter((n) => !of.includes(n));
    assert.deepEqual((await walked({ limit: 4, unread: true })).flat(), [GROUP.jid, ...ids(unread)]);
    assert.deepEqual((await walked({ limit: 4, unread: false })).flat(), ids(others(unread)));
    assert.deepEqual((await walked({ limit: 4, archived: true })).flat(), ids(archived));
    assert.deepEqual((await list({ archived: false })).ids, [GROUP.jid, ...ids(others(archived))]);
    assert.deepEqual((await list({ archived: false, unread: true })).ids, [GROUP.jid, ...ids([0, 3])]);
  });

  it('leave out what was deleted on the phone, unless they are of that', async () => {
    const idsOf = async (page: ChatPage) =>
      (await createChatQueries(read()).list('third', page)).chats.map(({ chatId }) => chatId);
    for (const limit of [{}, { limit: 1 }]) {
      assert.deepEqual(await idsOf(limit), ids([1]));
      assert.deepEqual(await idsOf({ ...limit, unread: true, deleted: false }), ids([1]));
      assert.deepEqual(await idsOf({ ...limit, deleted: true, archived: true }), ids([3]));
    }
    assert.deepEqual(await idsOf({ deleted: true }), ids([2, 3]));
  });

  it('are looked for no further back than there are messages', async () => {
    const asked: object[] = [];
    const views = read();
    const counting: typeof views = async (name) => {
      const collection = await views(name);
      const find = collection.find.bind(collection);
      if (name === 'chats')
        collection.find = ((where: object) => {
          asked.push(where);
          return find(where);
        }) as typeof find;
      return collection;
    };
    const { chats, hasMore } = await createChatQueries(counting).list('other', { limit: 10 });
    assert.deepEqual([chats.length, hasMore, asked.length], [1, false, 1]);
  });

  it('begin where their cursor says, and at no other text', () => {
    const text = (plain: string) => Buffer.from(plain).toString('base64url');
    assert.deepEqual(parseChatCursor(text('12.l3')), { at: 12, key: 'l3' });
    for (const wrong of ['', 'x', text('12'), text('12.'), text('.l3'), text('a.l3')])
      assert.equal(parseChatCursor(wrong), null, wrong);
  });
});

describe('contacts', () => {
  it('are the people of one account by id, page by page', async () => {
    const { contacts } = createPhoneQueries(read());
    const all = await contacts('shop', { limit: 200, offset: 0 });
    assert.deepEqual(
      all.contacts.map(({ lid, pushName }) => [lid, pushName]),
      EVERYBODY.map((n) => [person(n).jid, `P${n}`]),
    );
    assert.equal(all.hasMore, false);
    assert.deepEqual(await contacts('shop', { limit: 5, offset: 50 }), {
      contacts: all.contacts.slice(50, 55),
      hasMore: true,
    });
    assert.equal((await contacts('shop', { limit: 10, offset: 50 })).hasMore, false);
  });
});
