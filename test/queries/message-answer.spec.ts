import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import type { Address } from '../../src/events/ids.ts';
import { emptyChat } from '../../src/projections/chat-doc.ts';
import type { MessageDoc } from '../../src/projections/message-doc.ts';
import { messageAnswer } from '../../src/queries/message-answer.ts';
import { namesFrom } from '../../src/queries/names.ts';
import { ANN, ANN_PN, BOB, GROUP, ME, NOW } from '../support/events.ts';

const names = namesFrom([]);
const doc: MessageDoc = {
  _id: 'shop/l1/l1/M1',
  account: 'shop',
  waId: 'M1',
  chat: 'l100000000000001',
  chatAddress: ANN,
  from: ANN,
  fromMe: false,
  timestamp: NOW,
  seq: 1,
  content: { type: 'text', text: 'hello' },
  raw: 'AAAA',
  createdAt: '2026-01-01T00:00:01.000Z',
  updatedAt: '2026-01-01T00:00:02.000Z',
};

it('a text, with every field of the contract and never the raw proto', () =>
  assert.deepEqual(messageAnswer(doc, names), {
    accountId: 'shop',
    messageId: 'M1',
    chatId: ANN_PN.jid,
    lid: ANN.jid,
    from: ANN_PN.jid,
    fromMe: false,
    timestamp: NOW,
    type: 'text',
    text: 'hello',
    hasMedia: false,
    mediaType: null,
    mediaUrl: null,
    mediaSize: null,
    mediaMimetype: null,
    mediaFileName: null,
    mediaWidth: null,
    mediaHeight: null,
    caption: null,
    quotedMessage: null,
    mentions: [],
    isForwarded: false,
    location: null,
    contacts: [],
    poll: null,
    choices: [],
    selected: null,
    notice: null,
    viewOnce: false,
    expiresIn: null,
    status: null,
    error: null,
    editedAt: null,
    edits: [],
    deletedAt: null,
    deletedForMeAt: null,
    pinned: null,
    starred: false,
    reactions: [],
    receipts: [],
    createdAt: '2026-01-01T00:00:01.000Z',
    updatedAt: '2026-01-01T00:00:02.000Z',
  }));

it('media: the caption is its text, the URL names account and message', () => {
  const media = { mimetype: 'image/jpeg', size: 10, fileName: 'a.jpg', width: 3, height: 4 };
  const image = {
    ...doc,
    waId: 'M/1',
    content: { type: 'image' as const, text: null, caption: 'look', media },
  };
  const {
    type,
    text,
    caption,
    hasMedia,
    mediaType,
    mediaUrl,
    mediaSize,
    mediaMimetype,
    mediaFileName,
    mediaWidth,
    mediaHeight,
  } = messageAnswer(image, names);
  assert.deepEqual([type, text, caption, hasMedia, mediaType], ['image', 'look', 'look', true, 'image']);
  assert.equal(mediaUrl, '/accounts/shop/messages/M%2F1/media');
  assert.deepEqual(
    [mediaSize, mediaMimetype, mediaFileName, mediaWidth, mediaHeight],
    [10, 'image/jpeg', 'a.jpg', 3, 4],
  );
});

it('edits: the newest text, and the earlier ones in order', () => {
  const edit = (id: string, text: string, timestamp: number) => ({
    id,
    timestamp,
    content: { type: 'text' as const, text },
  });
  const { text, edits, editedAt } = messageAnswer(
    { ...doc, edits: [edit('E1', 'second', NOW + 1), edit('E2', 'third', NOW + 2)] },
    names,
  );
  assert.deepEqual([text, editedAt], ['third', '2026-01-01T00:00:02.000Z']);
  assert.deepEqual(edits, [
    { text: 'hello', timestamp: NOW },
    { text: 'second', timestamp: NOW + 1 },
  ]);
});

it('edits of a caption, in whatever form they come, and leaves the file what it is', () => {
  const media = { mimetype: 'image/png', size: 7, width: 2, height: 3 };
  const photo: MessageDoc = { ...doc, content: { type: 'image', text: null, caption: 'old', media } };
  for (const content of [
    { type: 'text', text: 'new' },
    { type: 'image', text: null, caption: 'new', media: {} },
  ] as const) {
    const { text, caption, mediaMimetype, mediaSize } = messageAnswer(
      { ...photo, edits: [{ id: 'E', timestamp: NOW + 1, content }] },
      names,
    );
    assert.deepEqual([text, caption, mediaMimetype, mediaSize], ['new', 'new', 'image/png', 7]);
  }
});

it('what became of an own message in a chat of two', () => {
  const own: MessageDoc = {
    ...doc,
    fromMe: true,
    from: ME,
    status: 'read',
    deliveredAt: NOW + 1,
    readAt: NOW + 2,
  };
  const { status, receipts, from } = messageAnswer(own, names);
  assert.deepEqual([status, from], ['read', ME.alt]);
  assert.deepEqual(receipts, [
    { jid: ANN_PN.jid, deliveredAt: '2026-01-01T00:00:01.000Z', readAt: '2026-01-01T00:00:02.000Z' },
  ]);
});

it('in a group from is the sender; reactions that were taken back are gone', () => {
  const { chatId, from, lid, reactions } = messageAnswer(
    {
      ...doc,
      chat: 'g120363000000000001',
      chatAddress: GROUP,
      from: BOB,
      reactions: [
        { from: ANN, fromMe: false, emoji: '👍', timestamp: NOW },
        { from: BOB, fromMe: false, emoji: '', timestamp: NOW },
      ],
    },
    names,
  );
  assert.deepEqual([chatId, from, lid], [GROUP.jid, BOB.alt, null]);
  assert.deepEqual(reactions, [{ from: ANN_PN.jid, emoji: '👍', timestamp: NOW }]);
});

it('deleted, failed and unreadable ones say so', () => {
  assert.equal(messageAnswer({ ...doc, revokedAt: NOW }, names).deletedAt, '2026-01-01T00:00:00.000Z');
  const failed = messageAnswer({ ...doc, status: 'failed', error: 'blocked' }, names);
  assert.deepEqual([failed.status, failed.error], ['failed', 'blocked']);
  assert.equal(messageAnswer({ ...doc, undecryptable: 'no session' }, names).error, 'no session');
});

it('a poll: what each option has by now, and whose votes those are', () => {
  const hash = (option: string) => createHash('sha256').update(option).digest('hex');
  const poll = { options: ['now', 'later'], selectable: 0 };
  const vote = (from: Address, options: string[]) => ({
    from,
    fromMe: false,
    options: options.map(hash),
    timestamp: 1,
  });
  const voted = {
    ...doc,
    content: { type: 'poll' as const, text: 'When?', poll },
    votes: [vote(ANN, ['now', 'later']), vote(BOB, ['later']), vote(GROUP, [])],
  };
  const nameOf = ({ jid }: Address) => ({ id: jid, lid: null });
  assert.deepEqual(messageAnswer(voted, nameOf).poll, {
    selectable: 0,
    options: [
      { name: 'now', votes: 1, voters: [ANN.jid] },
      { name: 'later', votes: 2, voters: [ANN.jid, BOB.jid] },
    ],
  });
});

it('who is quoted and who is mentioned go by their numbers, where those are known', () => {
  const known = namesFrom([{ ...emptyChat('shop', ANN.jid), pn: ANN_PN.jid }]);
  const quoted = { messageId: 'M0', participant: ANN.jid, text: 'hi', hasMedia: false };
  const content = { ...doc.content, quoted, mentions: [ANN.jid, '100000000000009@lid', 'odd'] };
  const answer = messageAnswer({ ...doc, content }, known);
  assert.deepEqual(answer.quotedMessage, { ...quoted, participant: ANN_PN.jid });
  assert.deepEqual(answer.mentions, [ANN_PN.jid, '100000000000009@lid', 'odd']);
});
