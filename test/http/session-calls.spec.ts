import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, post, withEdge } from '../support/edge.ts';
import { connectedShop, storedMessage } from '../support/http-deps.ts';

describe('blocking', () => {
  for (const action of ['block', 'unblock'])
    it(`takes people only to ${action}, before WhatsApp is asked`, async () => {
      const { deps, called } = connectedShop();
      await withEdge(deps, async (ask) => {
        const of = (contact: string) => ask(post(`/accounts/shop/contacts/${contact}/${action}`));
        const error = 'contactId must be the WhatsApp JID of a person, e.g. 1234567890@s.whatsapp.net';
        for (const contact of ['123456@g.us', 'status@broadcast', '123@newsletter', 'x']) {
          const { status, json } = await of(contact);
          assert.deepEqual([status, json], [400, { ok: false, error }]);
        }
        assert.deepEqual(called, []);
        for (const contact of ['4915200000002@s.whatsapp.net', '4915200000002', '+4915200000002'])
          assert.equal((await of(contact)).status, 200);
        assert.equal((await of('100000000000001@lid')).status, 200);
        const on = action === 'block';
        const jid = '4915200000002@s.whatsapp.net';
        assert.deepEqual(
          called.map(({ ask: asked }) => asked),
          [...Array(3).fill({ jid, on }), { jid: '100000000000001@lid', on }],
        );
      });
    });
});

it('a chat is read, shown and told of by the form of its number that WhatsApp knows', () => {
  const [typed, known] = ['5511987654321@s.whatsapp.net', '551187654321@s.whatsapp.net'];
  const { deps, messages, called } = connectedShop();
  messages.push(storedMessage({ messageId: 'M9', chatId: known }));
  const shown: (string | undefined)[] = [];
  const { chatMessages, message } = deps.queries;
  const queries: typeof deps.queries = {
    ...deps.queries,
    chatMessages: (account, chat, range) => {
      shown.push(chat);
      return chatMessages(account, chat, range);
    },
    message: (account, id, chat) => {
      shown.push(chat);
      return message(account, id, chat);
    },
  };
  return withEdge({ ...deps, queries, knownForm: async () => known }, async (ask) => {
    const chat = `/accounts/shop/chats/${typed}`;
    assert.equal((await ask(get(`${chat}/messages`))).status, 200);
    assert.equal((await ask(get(`/accounts/shop/messages/M9?chatId=${typed}`))).status, 200);
    assert.deepEqual(shown, [known, known]);
    await ask(post(`${chat}/read`));
    await ask(post(`${chat}/presence`, { state: 'composing' }));
    const keys = [{ id: 'M1', remoteJid: known, fromMe: false }];
    assert.deepEqual(
      called.map(({ ask: asked }) => asked),
      [
        { chat: known, keys },
        { chat: known, state: 'composing' },
      ],
    );
  });
});

describe('a chat that nobody writes to', () => {
  const TO = '4915200000002@s.whatsapp.net';
  for (const chatId of ['0@s.whatsapp.net', '13135550002@bot', '4915200000002:99@hosted', '1@hosted.lid'])
    it(`is read and not written to: ${chatId}`, () => {
      const { deps, messages } = connectedShop();
      messages.push(storedMessage({ messageId: 'M9', chatId }));
      return withEdge(deps, async (ask) => {
        const A = '/accounts/shop';
        for (const asking of [
          get(`${A}/chats/${chatId}/messages`),
          get(`${A}/messages/M9?chatId=${chatId}`),
          get(`/media?chatId=${chatId}`),
          post(`${A}/chats/${chatId}/read`),
          post(`${A}/message/forward`, { to: TO, messageId: 'M9', chatId }),
        ]) {
          const { status, json } = await ask(asking);
          assert.ok(status < 300, `${asking.path}: ${status} ${JSON.stringify(json)}`);
        }
        for (const asking of [
          post(`${A}/chats/${chatId}/presence`, { state: 'composing' }),
          post(`${A}/message/send`, { to: chatId, message: 'hi' }),
          post(`${A}/message/react`, { chatId, messageId: 'M9', emoji: '+' }),
        ])
          assert.equal((await ask(asking)).status, 400, asking.path);
      });
    });
});

it('what was told is marked, and what was read is read with the answer: both wait for the views', () => {
  const { deps } = connectedShop();
  const waits: number[] = [];
  const views: typeof deps.views = {
    ...deps.views,
    head: async () => 41,
    waitFor: async (seq) => waits.push(seq) > 0,
  };
  return withEdge({ ...deps, views }, async (ask) => {
    const { status, headers } = await ask(post('/accounts/shop/chats/4915200000002@s.whatsapp.net/read'));
    assert.deepEqual([status, headers['wildcat-position'], waits], [200, '41', [41, 41]]);
  });
});
