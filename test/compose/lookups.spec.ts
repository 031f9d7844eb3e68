import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto } from '@whiskeysockets/baileys';
import { forwardOf, quotedOf } from '../../src/compose/lookups.ts';
import { hasCode } from '../../src/errors.ts';
import type { StoredMessage } from '../../src/queries/stored-messages.ts';
import { ANN } from '../support/events.ts';

const GROUP = '120363000000000001@g.us';

const rawBy = (participant: string): string => {
  const info = { key: { id: 'A', remoteJid: GROUP, participant }, message: { conversation: 'hi' } };
  return Buffer.from(proto.WebMessageInfo.encode(info).finish()).toString('base64');
};
const stored = (over: Partial<StoredMessage>): StoredMessage => ({
  ...{ waId: 'A', chat: { jid: GROUP }, from: ANN, fromMe: false, timestamp: 1 },
  ...{ createdAt: '', raw: null, rawRef: null, pollSecret: null },
  content: { type: 'text', text: 'hi' },
  ...over,
});

it("quotes an author as the chat's own keys name them: by phone number or by LID", () => {
  const pn = ANN.alt ?? '';
  for (const jid of [pn, ANN.jid])
    assert.equal(quotedOf(stored({ raw: rawBy(jid) })).quotedKey?.participant, jid);
  assert.equal(quotedOf(stored({})).quotedKey?.participant, ANN.jid);
  assert.equal(quotedOf(stored({ raw: rawBy(''), chat: ANN })).quotedKey?.participant, ANN.jid);
});

it('passes on neither the buttons of a business nor what was tapped', () => {
  const content: StoredMessage['content'] = {
    type: 'text',
    text: 'Yes?',
    choices: [{ text: 'Yes', id: 'y' }],
    selected: { id: 'y' },
  };
  const message = stored({ content });
  assert.deepEqual(forwardOf(message, null).content, { type: 'text', text: 'Yes?', isForwarded: true });
});

it('passes on nothing that says nothing', () => {
  const content: StoredMessage['content'] = { type: 'text', text: null, selected: { id: 'y' } };
  assert.throws(
    () => forwardOf(stored({ content }), rawBy(GROUP)),
    (error) => hasCode(error, 'refused'),
  );
});
