import assert from 'node:assert/strict';
import { it } from 'node:test';
import { keyOf, parseChat } from '../../src/events/ids.ts';
import type { ChatDoc } from '../../src/projections/chat-doc.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import { chatAnswer } from '../../src/queries/chats.ts';
import * as make from '../support/events.ts';
import { projectionSpec } from '../support/projection-spec.ts';

const CHATS = [
  ...['0@s.whatsapp.net', '13135550002@bot', '867051314767696:0@bot'],
  ...['4915100000001:99@hosted', '100000000000001:99@hosted.lid', '4915100000001@interop'],
  ...['4915100000009@s.whatsapp.net', '100000000000009@lid', '120363000000000002@newsletter'],
  ...['1500000000@broadcast', 'status@broadcast', '4915100000001-1500000000@g.us'],
];

it('lists every chat by an id that it is read by', () =>
  projectionSpec(asView(messagesProjection))(
    ...CHATS.map((jid, n) => make.received(`M${n}`, { chat: { jid }, from: make.BOB })),
  ).then(({ chats = {} }) => {
    const docs = Object.values(chats).filter((doc): doc is ChatDoc => Number(doc.count) > 0);
    assert.deepEqual(new Set(docs.map((doc) => chatAnswer(doc).chatId)), new Set(CHATS));
    for (const doc of docs) {
      const asked = parseChat(chatAnswer(doc).chatId);
      assert.equal(asked === null ? null : keyOf(asked), doc.key, doc.jid);
    }
  }));

it('takes no other address for a chat', () => {
  for (const text of [
    '1@s.whatsapp.net',
    '00@s.whatsapp.net',
    '0@lid.x',
    'x y@bot',
    '@bot',
    'a@b@bot',
    '1@bots',
  ])
    assert.equal(parseChat(text), null, text);
});
