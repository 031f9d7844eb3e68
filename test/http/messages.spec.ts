import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop, storedMessage } from '../support/http-deps.ts';

const CHAT = '4915200000002@s.whatsapp.net';
const one = storedMessage({ messageId: 'M1' });

/** An edge that keeps what its queries were asked for. */
const asked = () => {
  const edge = connectedShop();
  const calls: unknown[] = [];
  const page = async (...args: unknown[]) => {
    calls.push(args);
    return { messages: [one, one], total: 5, hasMore: true, nextCursor: 'MS4x' };
  };
  const pageOf = async (...args: unknown[]) => {
    const found = await page(...args);
    const { q } = args.at(-1) as { q?: string };
    return q === undefined ? found : { ...found, total: null };
  };
  const queries = {
    ...edge.deps.queries,
    chatMessages: pageOf,
    accountMessages: pageOf,
    messages: page,
    chats: async (...args: unknown[]) => {
      calls.push(args);
      return { chats: [], hasMore: true, nextCursor: 'NS5s' };
    },
    message: async (...args: unknown[]) => {
      calls.push(args);
      return args[1] === 'M1' ? one : null;
    },
  };
  return { ...edge, deps: { ...edge.deps, queries }, calls };
};

describe('reading', () => {
  it('finds a message', async () => {
    const { deps, calls } = asked();
    await withEdge(deps, async (ask) => {
      const { status, json } = await ask(get('/accounts/shop/messages/M1?chatId=%2B4915200000002'));
      assert.deepEqual([status, json], [200, { ok: true, message: one }]);
      assert.deepEqual(calls, [['shop', 'M1', CHAT]]);
      const missing = await ask(get('/accounts/shop/messages/M%2F2'));
      assert.deepEqual([missing.status, missing.json], [404, { ok: false, error: 'Message not found' }]);
      assert.deepEqual(calls[1], ['shop', 'M/2', undefined]);
    });
  });

  it('takes a plus that is not encoded', async () => {
    const { deps, calls } = asked();
    await withEdge(deps, async (ask) => {
      assert.equal((await ask(get('/accounts/shop/messages/M1?chatId=+4915200000002'))).status, 200);
      assert.deepEqual(calls, [['shop', 'M1', CHAT]]);
    });
  });

  it('searches a chat and an account, and says where it may miss something', async () => {
    const { deps, calls, texts } = asked();
    await withEdge(deps, async (ask) => {
      for (const [path, about] of [
        [`/accounts/shop/chats/${CHAT}/messages`, ['shop', CHAT]],
        ['/accounts/shop/messages', ['shop']],
      ] as const) {
        texts.areFresh = true;
        const found = await ask(get(`${path}?q=%C3%84rger%20mit&limit=3&cursor=MS4x`));
        const pagination = { total: null, limit: 3, offset: 0, hasMore: true, nextCursor: 'MS4x' };
        assert.deepEqual(found.json, { ok: true, messages: [one, one], pagination });
        assert.equal(found.headers['wildcat-stale'], undefined);
        assert.deepEqual(calls.pop(), [...about, { limit: 3, offset: 0, q: 'Ärger mit', cursor: 'MS4x' }]);
        texts.areFresh = false;
        assert.equal((await ask(get(`${path}?q=x`))).headers['wildcat-stale'], 'true');
        assert.equal((await ask(get(path))).headers['wildcat-stale'], undefined);
        for (const [query, error] of [
          ['q=%3F%21', 'q must be a text with a letter or a digit, 200 characters at most'],
          ['q=x&offset=1', 'offset can not be used with q: use cursor'],
        ] as const) {
          const refused = await ask(get(`${path}?${query}`));
          assert.deepEqual([refused.status, refused.json], [400, { ok: false, error }]);
        }
      }
      assert.equal((await ask(get('/accounts/nobody/messages'))).status, 404);
    });
  });

  it('pages through a chat', async () => {
    const { deps, calls } = asked();
    await withEdge(deps, async (ask) => {
      const path = `/accounts/shop/chats/${CHAT}/messages`;
      const first = await ask(get(path));
      const pagination = { total: 5, limit: 50, offset: 0, hasMore: true, nextCursor: 'MS4x' };
      assert.deepEqual(first.json, { ok: true, messages: [one, one], pagination });
      const last = await ask(get(`${path}?limit=2&offset=3&before=20&after=10&unknown=1`));
      assert.deepEqual((last.json as { pagination: object }).pagination, {
        total: 5,
        limit: 2,
        offset: 3,
        hasMore: true,
        nextCursor: 'MS4x',
      });
      assert.deepEqual(calls, [
        ['shop', CHAT, { limit: 50, offset: 0 }],
        ['shop', CHAT, { limit: 2, offset: 3, before: 20, after: 10 }],
      ]);
    });
  });

  it('pages through everything', async () => {
    const { deps, calls } = asked();
    await withEdge(deps, async (ask) => {
      const { json } = await ask(get('/messages?limit=500&skip=1&accountId=shop'));
      const pagination = { skip: 1, limit: 500, total: 5, hasMore: true };
      assert.deepEqual(json, { ok: true, messages: [one, one], pagination });
      await ask(get('/messages'));
      const byOffset = (await ask(get('/messages?limit=5&offset=3'))).json as { pagination: object };
      assert.deepEqual(byOffset.pagination, { skip: 3, limit: 5, total: 5, hasMore: false });
      await ask(get('/accounts/shop/chats'));
      await ask(get('/accounts/shop/chats?limit=5&offset=2'));
      assert.deepEqual(calls, [
        [{ limit: 500, skip: 1, accountId: 'shop' }],
        [{ limit: 50, skip: 0, accountId: undefined }],
        [{ limit: 5, skip: 3, accountId: undefined }],
        ['shop', {}],
        ['shop', { limit: 5, offset: 2 }],
      ]);
    });
  });

  const chat = `/accounts/shop/chats/${CHAT}/messages`;
  const refusals: readonly [string, string][] = [
    [`${chat}?limit=0`, 'limit must be a whole number from 1 to 200'],
    [`${chat}?limit=201`, 'limit must be a whole number from 1 to 200'],
    [`${chat}?limit=5&limit=6`, 'limit must be a whole number from 1 to 200'],
    [`${chat}?offset=-1`, 'offset must be a whole number from 0 to 2147483647'],
    [`${chat}?before=soon`, 'before must be a whole number from 0 to 253402300799'],
    [`${chat}?after=1.5`, 'after must be a whole number from 0 to 253402300799'],
    ['/messages?limit=501', 'limit must be a whole number from 1 to 500'],
    ['/messages?skip=x', 'skip must be a whole number from 0 to 2147483647'],
    ['/messages?skip=1&offset=1', 'skip and offset mean the same: use one of them'],
    ['/messages?accountId=A', 'accountId must be an account id'],
    [
      '/accounts/shop/chats/x/messages',
      'chatId must be a WhatsApp JID, e.g. 1234567890@s.whatsapp.net or 123456789@g.us',
    ],
  ];
  for (const [path, error] of refusals)
    it(`refuses ${path}`, () =>
      withEdge(asked().deps, async (ask) => {
        const { status, json } = await ask(get(path));
        assert.deepEqual([status, json], [400, { ok: false, error }]);
      }));
});
