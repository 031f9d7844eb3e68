import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, BOB, GROUP, NOW } = make;
const base = { waId: 'N1', chat: GROUP, from: ANN, timestamp: NOW };
const KEY = 'g120363000000000001';
const line = (tables: Tables) => tables.messages?.[`shop/${KEY}/l100000000000001/N1`];
const noticeIn = (tables: Tables): Record<string, unknown> => ({ ...(line(tables)?.notice as object) });
const chat = (tables: Tables) => tables.chats?.[`shop/${KEY}`];

const added: Given = { type: 'group.participants_added', data: { ...base, people: [BOB] } };
const renamed: Given = { type: 'group.subject_changed', data: { ...base, subject: 'New' } };
const fading: Given = {
  type: 'chat.disappearing_changed',
  data: { ...base, fromMe: false, seconds: 86_400 },
};

it('what happens in a group is a line of its chat that nobody has to read', () =>
  given(make.received('M1', { chat: GROUP }), added).then((tables) => {
    const { content, notice } = { ...line(tables) };
    assert.deepEqual(content, { type: 'system', text: null });
    assert.deepEqual(notice, { kind: 'group.participants_added', people: [BOB], setting: null, value: null });
    assert.deepEqual([chat(tables)?.count, chat(tables)?.unread], [2, 1]);
    assert.equal(tables.totals?.shop?.messages, 2);
  }));

it('it still does to the chat what it says, also where its id was seen before', async () => {
  await given(renamed).then((tables) => {
    assert.deepEqual([chat(tables)?.name, chat(tables)?.count], ['New', 1]);
    assert.equal(noticeIn(tables).value, 'New');
  });
  await given(added, renamed).then((tables) =>
    assert.deepEqual([chat(tables)?.name, chat(tables)?.count], ['New', 1]),
  );
  await given(fading).then((tables) =>
    assert.deepEqual(
      [chat(tables)?.disappearing, line(tables)?.notice],
      [86_400, { kind: 'chat.disappearing_changed', people: [], setting: null, value: '86400' }],
    ),
  );
});

it('a notice without an event of its own is named as WhatsApp names it', () =>
  given({ type: 'message.system', data: { ...base, notice: 'E2E_ENCRYPTED', parameters: [] } }).then(
    (tables) => assert.equal(noticeIn(tables).kind, 'e2e_encrypted'),
  ));
