import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyOf, parseChat } from '../../src/events/ids.ts';
import { type ChatDoc, emptyChat } from '../../src/projections/chat-doc.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import { type ChatAnswer, chatAnswer } from '../../src/queries/chats.ts';
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

describe('what is told of a chat', () => {
  const bare = emptyChat('shop', make.GROUP.jid);
  const nothing = {
    ...{
      chatId: make.GROUP.jid,
      lid: null,
      messageCount: 0,
      name: null,
      unreadCount: 0,
      markedUnread: false,
    },
    ...{ archived: false, pinned: false, mutedUntil: null, blocked: false, disappearing: 0 },
    ...{ pictureChangedAt: null, locked: false, deleted: false, clearedTo: null },
    ...{ known: { from: null, to: null, complete: false }, lastMessage: null },
  };
  const said = { text: 'hi', type: 'text', timestamp: 9, fromMe: true } as const;
  const cases: [what: string, chat: Partial<ChatDoc>, answer: Partial<ChatAnswer>][] = [
    ['is nothing where nothing is known', {}, {}],
    [
      'is where it stands',
      {
        ...{ count: 3, unread: 2, markedUnread: true, archived: true, blocked: true, disappearing: 60 },
        ...{ at: 9, firstAt: 5, complete: true, last: { id: 'shop/me/M1', waId: 'M1', seq: 4, ...said } },
      },
      {
        ...{ messageCount: 3, unreadCount: 2, markedUnread: true, archived: true, blocked: true },
        ...{
          disappearing: 60,
          known: { from: 5, to: 9, complete: true },
          lastMessage: { messageId: 'M1', ...said },
        },
      },
    ],
    [
      'is the number of a person, and the LID',
      { jid: '1@lid', pn: '49@s.whatsapp.net' },
      { chatId: '49@s.whatsapp.net', lid: '1@lid' },
    ],
    ['is the LID alone where no number is known', { jid: '1@lid' }, { chatId: '1@lid', lid: '1@lid' }],
    ["is the person's own name", { pushName: 'annie' }, { name: 'annie' }],
    ['is rather the name in the address book', { pushName: 'annie', name: 'Ann' }, { name: 'Ann' }],
    [
      'is until when it is silent, in seconds',
      { pinnedAt: 5, mutedUntil: 1_767_225_600_999 },
      { pinned: true, mutedUntil: 1_767_225_600 },
    ],
    ['is that it is silent for ever', { mutedUntil: -1 }, { mutedUntil: -1 }],
    ['is what was unset', { pinnedAt: null, mutedUntil: null }, {}],
  ];
  for (const [what, chat, answer] of cases)
    it(what, () => assert.deepEqual(chatAnswer({ ...bare, ...chat }), { ...nothing, ...answer }));
});

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
