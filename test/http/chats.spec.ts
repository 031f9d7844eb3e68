import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SendRequest } from '../../src/events/messages.ts';
import type { ChatRange } from '../../src/http/reads.ts';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop, listedChat, storedMessage } from '../support/http-deps.ts';

const CHAT = '4915200000002@s.whatsapp.net';
const shown = listedChat(CHAT);

/** An edge that knows one chat and keeps what its list was asked for. */
const edgeOf = () => {
  const edge = connectedShop();
  const asked: ChatRange[] = [];
  edge.messages.push(storedMessage({ messageId: 'M1', chatId: CHAT, timestamp: 1 }));
  const queries = {
    ...edge.deps.queries,
    chats: async (_account: string, range: ChatRange) => {
      asked.push(range);
      return { chats: [shown], hasMore: true, nextCursor: 'NS5s' };
    },
  };
  return { ...edge, deps: { ...edge.deps, queries }, asked };
};

const put = (path: string, body: unknown) => ({
  method: 'PUT',
  path,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

describe('chats over REST', () => {
  it('are all there where no page is asked for, as in the original', async () => {
    const { deps, asked } = edgeOf();
    await withEdge(deps, async (ask) => {
      for (const query of ['', '?unread=true&archived=false'])
        assert.deepEqual((await ask(get(`/accounts/shop/chats${query}`))).json, { ok: true, chats: [shown] });
      assert.deepEqual(asked, [{}, { unread: true, archived: false }]);
    });
  });

  it('come in pages that say whether more follow', async () => {
    const { deps } = edgeOf();
    await withEdge(deps, async (ask) => {
      for (const [query, limit, offset] of [
        ['limit=5', 5, 0],
        ['offset=2', null, 2],
        ['limit=5&cursor=NS5s', 5, 0],
      ] as const) {
        const { json } = await ask(get(`/accounts/shop/chats?${query}`));
        const pagination = { limit, offset, hasMore: true, nextCursor: 'NS5s' };
        assert.deepEqual(json, { ok: true, chats: [shown], pagination });
      }
    });
  });

  it('are found one by one', () =>
    withEdge(edgeOf().deps, async (ask) => {
      assert.deepEqual((await ask(get(`/accounts/shop/chats/${CHAT}`))).json, { ok: true, chat: shown });
      for (const [path, status, error] of [
        ['/accounts/shop/chats/1234567@g.us', 404, 'Chat not found'],
        [`/accounts/nobody/chats/${CHAT}`, 404, 'Account not found'],
        [
          '/accounts/shop/chats/x',
          400,
          'chatId must be a WhatsApp JID, e.g. 1234567890@s.whatsapp.net or 123456789@g.us',
        ],
        ['/accounts/shop/chats?unread=1', 400, 'unread must be true or false'],
        ['/accounts/shop/chats?archived=', 400, 'archived must be true or false'],
        ['/accounts/shop/chats?cursor=%21', 400, 'cursor must be the nextCursor of another page'],
      ] as const) {
        const answer = await ask(get(path));
        assert.deepEqual([answer.status, answer.json], [status, { ok: false, error }], path);
      }
    }));
});

const SOME = 'archived, pinned, markedUnread, mutedUntil or disappearing is required';

describe('what is set for a chat', () => {
  const path = `/accounts/shop/chats/${CHAT}/settings`;
  const last = { key: { id: 'M1', remoteJid: CHAT, fromMe: false }, timestamp: 1 };

  it('goes to WhatsApp beside its newest message', async () => {
    const { deps, called } = edgeOf();
    await withEdge(deps, async (ask) => {
      for (const settings of [
        { archived: true, pinned: false },
        { mutedUntil: null },
        { mutedUntil: -1, markedUnread: true },
      ]) {
        const { status, json } = await ask(put(path, settings));
        assert.deepEqual([status, json], [200, { ok: true, chat: shown }]);
        assert.deepEqual(called.pop(), {
          account: 'shop',
          name: 'chatSettings',
          ask: { chat: CHAT, settings, last },
        });
      }
    });
  });

  it('goes out as a message does where it is when messages disappear', async () => {
    const edge = edgeOf();
    edge.outcomes.set('*', { kind: 'sent', seq: 1, timestamp: 1 });
    await withEdge(edge.deps, async (ask) => {
      for (const [disappearing, timer] of [
        [86_400, 86_400],
        [0, 0],
        [null, 0],
      ]) {
        const { status, json } = await ask(put(path, { disappearing }));
        assert.deepEqual([status, json, edge.called], [200, { ok: true, chat: shown }, []]);
        const { type, data } = edge.appended.pop() ?? {};
        assert.equal(type, 'message.send_requested');
        const { timer: sent, content, to } = data as SendRequest;
        assert.deepEqual([sent, content, to], [timer, { type: 'system', text: null }, CHAT]);
      }
      assert.equal((await ask(put(path, { disappearing: 0, archived: true }))).status, 200);
      assert.deepEqual([edge.called.length, edge.appended.length], [1, 1]);
    });
  });

  it('is told as open or failed where the timer is', async () => {
    const edge = edgeOf();
    await withEdge(edge.deps, async (ask) => {
      const queued = await ask(put(path, { disappearing: 0 }));
      const { messageId } = queued.json as { messageId: string };
      assert.deepEqual([queued.status, queued.json], [202, { ok: true, messageId, status: 'queued' }]);
      const reason = 'no';
      edge.outcomes.set('*', { kind: 'failed', seq: 1, code: 400, reason, phase: 'server' });
      assert.equal((await ask(put(path, { disappearing: 0 }))).status, 422);
    });
  });

  it('has no timer for a group, which has its own', async () => {
    const edge = edgeOf();
    const group = '1234567@g.us';
    const queries = { ...edge.deps.queries, chat: async () => listedChat(group) };
    await withEdge({ ...edge.deps, queries }, async (ask) => {
      const settings = { disappearing: 0, archived: true };
      const { status, json } = await ask(put(`/accounts/shop/chats/${group}/settings`, settings));
      const error =
        'disappearing is set here for a chat with one person; for a group in groups/:groupId/settings';
      assert.deepEqual([status, json], [400, { ok: false, error }]);
      assert.deepEqual([edge.called, edge.appended], [[], []]);
    });
  });

  for (const [body, error] of [
    [{}, SOME],
    [{ archived: 'true' }, 'archived must be true or false'],
    [{ archive: true }, SOME],
    [{ mutedUntil: -2 }, 'mutedUntil must be unix seconds, -1 (for ever) or null (not muted)'],
    [{ mutedUntil: 1.5 }, 'mutedUntil must be unix seconds, -1 (for ever) or null (not muted)'],
    [{ disappearing: 60 }, 'disappearing must be 0, 86400, 604800 or 7776000 seconds'],
    [[], 'The body must be a JSON object'],
  ] as const)
    it(`refuses ${JSON.stringify(body)}`, async () => {
      const { deps, called } = edgeOf();
      await withEdge(deps, async (ask) => {
        const { status, json } = await ask(put(path, body));
        assert.deepEqual([status, json, called], [400, { ok: false, error }, []]);
      });
    });

  it('is refused for a chat that nobody knows', () =>
    withEdge(edgeOf().deps, async (ask) => {
      const { status, json } = await ask(
        put('/accounts/shop/chats/1234567@g.us/settings', { archived: true }),
      );
      assert.deepEqual([status, json], [404, { ok: false, error: 'Chat not found' }]);
    }));
});

describe('a chat that is to go', () => {
  const last = { key: { id: 'M1', remoteJid: CHAT, fromMe: false }, timestamp: 1 };
  const WAYS = [
    ['DELETE', '', 'chat'],
    ['POST', '/clear', 'messages'],
  ] as const;

  for (const [method, way, what] of WAYS)
    it(`goes to WhatsApp with all that is known of it: ${what}`, async () => {
      const { deps, called } = edgeOf();
      await withEdge(deps, async (ask) => {
        const path = `/accounts/shop/chats/${CHAT}${way}`;
        const { status, json } = await ask({ method, path });
        assert.deepEqual([status, json], [200, { ok: true, chat: shown }]);
        assert.deepEqual(called, [{ account: 'shop', name: 'chatRemove', ask: { chat: CHAT, what, last } }]);
        for (const [of, code, error] of [
          ['shop/chats/1234567@g.us', 404, 'Chat not found'],
          [`nobody/chats/${CHAT}`, 404, 'Account not found'],
        ] as const) {
          const refused = await ask({ method, path: `/accounts/${of}${way}` });
          assert.deepEqual([refused.status, refused.json], [code, { ok: false, error }], of);
        }
        assert.equal(called.length, 1);
      });
    });
});
