import assert from 'node:assert/strict';
import { it } from 'node:test';
import { get, withEdge } from '../support/edge.ts';
import { connectedShop, NOW, storedMessage } from '../support/http-deps.ts';

const ID = '507f1f77bcf86cd799439011';
const FILE = { id: ID, sha256: 'ab', length: 5, mimetype: 'image/png', fileName: null };
const PATH = '/accounts/shop/messages/M1/media';

const withMedia = () => {
  const edge = connectedShop();
  edge.messages.push(storedMessage({ type: 'image', hasMedia: true }));
  const file = { ...FILE, account: 'shop', storedAt: NOW.toISOString() };
  edge.kept.set(ID, { file, bytes: Buffer.from('bytes') });
  return edge;
};

it('serves the bytes of a message and of a file', async () => {
  const edge = withMedia();
  edge.media.set('M1', { state: 'stored', file: FILE });
  await withEdge(edge.deps, async (ask) => {
    for (const [path, name] of [
      [PATH, 'M1'],
      [`/media/${ID}`, ID],
    ] as const) {
      const answer = await ask(get(path));
      assert.deepEqual([answer.status, answer.text], [200, 'bytes']);
      assert.equal(answer.headers['content-disposition'], `inline; filename="${name}.png"`);
      assert.equal(answer.headers['content-length'], '5');
    }
    const head = await ask({ ...get(PATH), method: 'HEAD' });
    assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '5', '']);
    const none = await ask(get(PATH, { range: 'bytes=5-' }));
    assert.deepEqual([none.status, none.text], [416, '{"ok":false,"error":"Range not satisfiable"}']);
  });
});

it('says why there are no bytes', async () => {
  const edge = withMedia();
  await withEdge(edge.deps, async (ask) => {
    const refused = async (path: string) => {
      const { status, text } = await ask(get(path));
      return [status, JSON.parse(text).error];
    };
    edge.media.set('M1', { state: 'pending' });
    assert.deepEqual(await refused(PATH), [409, 'media pending']);
    for (const state of ['unavailable', 'none'] as const) {
      edge.media.set('M1', { state });
      assert.deepEqual(await refused(PATH), [410, 'media unavailable']);
    }
    edge.messages.push(storedMessage({ messageId: 'M2' }));
    assert.deepEqual(await refused('/accounts/shop/messages/M2/media'), [404, 'Message has no media']);
    assert.deepEqual(await refused('/accounts/shop/messages/M3/media'), [404, 'Message not found']);
    assert.deepEqual(await refused('/accounts/none/messages/M1/media'), [404, 'Account not found']);
    assert.deepEqual(await refused('/media/507f1f77bcf86cd799439012'), [404, 'media not found']);
    assert.deepEqual(await refused('/media/x'), [400, 'id must be 24 hex digits']);
    assert.deepEqual(await refused('/media?chatId=x'), [
      400,
      'chatId must be a WhatsApp JID, e.g. 1234567890@s.whatsapp.net or 123456789@g.us',
    ]);
  });
});

it('lists files, and says whether more follow where a page is asked for', () => {
  const edge = withMedia();
  const asked: unknown[] = [];
  const queries: typeof edge.deps.queries = {
    ...edge.deps.queries,
    media: async ({ skip, limit }) => {
      asked.push([skip, limit]);
      return { media: [], hasMore: true };
    },
  };
  return withEdge({ ...edge.deps, queries }, async (ask) => {
    assert.deepEqual((await ask(get('/media'))).json, { ok: true, media: [] });
    for (const [query, skip, limit] of [
      ['limit=5', 0, 5],
      ['skip=2', 2, 500],
      ['offset=2&limit=1', 2, 1],
    ] as const) {
      const { json } = await ask(get(`/media?${query}`));
      assert.deepEqual(json, { ok: true, media: [], pagination: { skip, limit, hasMore: true } });
    }
    assert.deepEqual(asked, [
      [0, 500],
      [0, 5],
      [2, 500],
      [2, 1],
    ]);
  });
});
