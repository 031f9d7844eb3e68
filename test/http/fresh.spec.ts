import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { HttpDeps } from '../../src/http/deps.ts';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop, NOW, storedMessage } from '../support/http-deps.ts';

const TO = '4915200000002@s.whatsapp.net';
const FILE = {
  id: '507f1f77bcf86cd799439011',
  sha256: 'ab',
  length: 5,
  mimetype: 'image/png',
  fileName: null,
};
const at = (what: string, body: object) => post(`/accounts/shop/message/${what}`, { to: TO, ...body });

const ABOUT = [
  at('react', { chatId: TO, messageId: 'NEW', emoji: '👍' }),
  at('forward', { messageId: 'NEW' }),
  at('reply', { message: 'Yes', quotedMessageId: 'NEW' }),
  get('/accounts/shop/messages/NEW'),
  get('/accounts/shop/messages/NEW/media'),
  get(`/accounts/shop/chats/${TO}`),
];

/** A shop whose views have a message only once they are waited for; `comes`: whether they ever have it. */
const behind = (comes: boolean): Readonly<{ deps: HttpDeps; waits: () => number; sent: () => number }> => {
  const edge = connectedShop();
  edge.outcomes.set('*', { kind: 'sent', seq: 3, timestamp: NOW.getTime() / 1_000 });
  const file = { ...FILE, account: 'shop', storedAt: NOW.toISOString() };
  edge.kept.set(FILE.id, { file, bytes: Buffer.from('bytes') });
  const { views } = edge.deps;
  let waits = 0;
  const waitFor: typeof views.waitFor = async () => {
    waits += 1;
    if (comes && edge.messages.length === 0) {
      edge.messages.push(storedMessage({ messageId: 'NEW', type: 'image', hasMedia: true }));
      edge.media.set('NEW', { state: 'stored', file: FILE });
    }
    return comes;
  };
  const head = async () => 9;
  const deps = { ...edge.deps, views: { ...views, waitFor, head } };
  return { deps, waits: () => waits, sent: () => edge.appended.length };
};

for (const asking of ABOUT)
  it(`what the views have yet to read is waited for: ${asking.method} ${asking.path}`, async () => {
    await withEdge(behind(true).deps, async (ask) => {
      const { status, text } = await ask(asking);
      assert.equal(status, 200, text);
    });
    const late = behind(false);
    await withEdge(late.deps, async (ask) => {
      const { status, text, headers } = await ask(asking);
      assert.deepEqual([status, headers['retry-after']], [503, '1'], text);
      assert.match(text, /not known yet: try again later/);
      assert.equal(late.sent(), 0);
    });
  });

it('a message that is there is waited for by nobody', async () => {
  const edge = behind(true);
  await withEdge(edge.deps, async (ask) => {
    await ask(get('/accounts/shop/messages/NEW'));
    const before = edge.waits();
    assert.equal((await ask(get('/accounts/shop/messages/NEW'))).status, 200);
    assert.equal(edge.waits(), before);
  });
});

it('a read mark is for what the log holds, not for what the views have read of it', async () => {
  const { deps, waits } = behind(true);
  const read = {
    ...deps,
    lookupUnread: async () => (waits() > 0 ? [{ id: 'NEW', remoteJid: TO, fromMe: false }] : []),
  };
  await withEdge(read, async (ask) => {
    const { json, text } = await ask(post(`/accounts/shop/chats/${TO}/read`, {}));
    assert.equal(Object(json).read, 1, text);
  });
});
