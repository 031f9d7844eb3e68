import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { get, post, withEdge } from '../support/edge.ts';
import type { Asking } from '../support/exchange.ts';
import { connectedShop, NOW, storedMessage } from '../support/http-deps.ts';

const TO = '4915200000002@s.whatsapp.net';
const A = '/accounts/shop';
const wrong = (field: string) =>
  `Invalid WhatsApp JID format for "${field}" field. Expected format: 1234567890@s.whatsapp.net or 123456789@g.us`;
const LENGTH = 'Message length invalid. Must be between 1 and 65536 characters';
const NOBODY = '/accounts/nobody';
const remove = (path: string): Asking => ({ method: 'DELETE', path });

/** Every refusal of the contract's table for endpoints that exist: request, status, exact text. */
const ROWS: readonly (readonly [asking: Asking, status: number, error: string])[] = [
  [post('/accounts', {}), 400, 'id is required'],
  [post('/accounts', { id: 'shop' }), 400, 'Account already exists'],
  [get(NOBODY), 404, 'Account not found'],
  [remove(NOBODY), 404, 'Account not found'],
  [get(`${NOBODY}/status`), 404, 'Account not found or not started'],
  [post(`${NOBODY}/connect`), 404, 'Account not found'],
  [post(`${NOBODY}/disconnect`), 404, 'Account not found'],
  [post(`${NOBODY}/logout`), 404, 'Account not found'],
  [post(`${A}/message/send`, { to: TO }), 400, 'to and message are required'],
  [post(`${A}/message/send`, { to: 'x', message: 'hi' }), 400, wrong('to')],
  [post(`${A}/message/send`, { to: TO, message: 'x'.repeat(65_537) }), 400, LENGTH],
  [
    post(`${A}/message/send`, { to: TO, message: 'hi', mentions: ['x'] }),
    400,
    'Invalid JID format in mentions array',
  ],
  [
    post(`${A}/message/send`, { to: TO, message: 'hi', quotedMessageId: 'NONE' }),
    404,
    'Quoted message not found',
  ],
  [post(`${NOBODY}/message/send`, { to: TO, message: 'hi' }), 404, 'Account not found'],
  [
    post(`${A}/message/reply`, { to: TO, message: 'hi' }),
    400,
    'to, message, and quotedMessageId are required',
  ],
  [
    post(`${A}/message/reply`, { to: TO, message: 'hi', quotedMessageId: 'NONE' }),
    404,
    'Quoted message not found',
  ],
  [post(`${A}/message/react`, { chatId: TO }), 400, 'chatId and messageId are required'],
  [post(`${A}/message/react`, { chatId: 'x', messageId: 'M1' }), 400, wrong('chatId')],
  [post(`${A}/message/react`, { chatId: TO, messageId: 'NONE' }), 404, 'Message not found in database'],
  [post(`${A}/message/delete`, {}), 400, 'chatId and messageId are required'],
  [post(`${A}/message/delete`, { chatId: TO, messageId: 'NONE' }), 404, 'Message not found in database'],
  [get(`${A}/messages/NONE`), 404, 'Message not found'],
];

/** What succeeds, with the names of the fields of its answer. */
const FINE: readonly (readonly [asking: Asking, status: number, fields: readonly string[]])[] = [
  [get('/ping'), 200, ['ok', 'pong', 'time']],
  [get('/accounts'), 200, ['ok', 'accounts']],
  [get(A), 200, ['ok', 'account']],
  [get(`${A}/messages/M1`), 200, ['ok', 'message']],
  [get(`${A}/chats`), 200, ['ok', 'chats']],
  [get(`${A}/chats/${TO}/messages`), 200, ['ok', 'messages', 'pagination']],
  [get('/messages'), 200, ['ok', 'messages', 'pagination']],
  [post(`${A}/message/react`, { chatId: TO, messageId: 'M1', emoji: '+' }), 200, ['ok', 'messageId']],
  [post(`${A}/message/delete`, { chatId: TO, messageId: 'S1' }), 200, ['ok']],
];

const edge = () => {
  const shop = connectedShop();
  shop.outcomes.set('*', { kind: 'sent', seq: 3, timestamp: 1_772_000_001 });
  shop.messages.push(
    storedMessage({}),
    storedMessage({ messageId: 'S1', fromMe: true, timestamp: NOW.getTime() / 1_000 }),
  );
  return shop;
};

describe('the contract', () => {
  for (const [asking, status, error] of ROWS)
    it(`${asking.method} ${asking.path} refuses with ${status} ${error.slice(0, 60)}`, () =>
      withEdge(edge().deps, async (ask) => {
        const answer = await ask(asking);
        assert.deepEqual([answer.status, answer.json], [status, { ok: false, error }]);
      }));

  for (const [asking, status, fields] of FINE)
    it(`${asking.method} ${asking.path} answers ${status} with ${fields.join(', ')}`, () =>
      withEdge(edge().deps, async (ask) => {
        const answer = await ask(asking);
        assert.equal(answer.status, status, answer.text);
        assert.deepEqual(Object.keys(answer.json as object), fields);
      }));
});
