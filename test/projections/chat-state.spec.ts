import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, BOB, GROUP, ME } = make;
const chat = (tables: Tables, key = 'l100000000000001') => ({ ...tables.chats?.[`shop/${key}`] });
const about = { chat: ANN };

it('counts what is received and not read; own messages do not count', () =>
  given(
    make.received('M1'),
    make.sendRequested('S1'),
    { type: 'chat.marked_read', data: about },
    make.received('M2'),
    make.received('M3', { pushName: 'annie' }),
    make.received('M3'),
    make.sendRequested('S2'),
    make.sentElsewhere('S3', { pushName: 'me' }),
  ).then((tables) => {
    assert.equal(chat(tables).unread, 2);
    assert.equal(chat(tables).pushName, 'annie');
  }));

it('shows a chat as it was set last', () =>
  given(
    make.received('M1', { pushName: 'annie' }),
    { type: 'chat.archived', data: about },
    { type: 'chat.unarchived', data: about },
    { type: 'chat.pinned', data: { ...about, at: 5 } },
    { type: 'chat.muted', data: { ...about, until: -1 } },
    { type: 'chat.marked_unread', data: about },
    { type: 'contact.saved', data: { ...about, name: 'Ann Smith' } },
    { type: 'contact.blocked', data: about },
    {
      type: 'chat.disappearing_changed',
      data: { ...about, waId: 'D1', fromMe: false, from: ANN, timestamp: 1, seconds: 60 },
    },
  ).then((tables) => {
    const { archived, pinnedAt, mutedUntil, markedUnread, name, pushName, blocked, disappearing } =
      chat(tables);
    assert.deepEqual(
      [archived, pinnedAt, mutedUntil, markedUnread, name, pushName, blocked, disappearing],
      [false, 5, -1, true, 'Ann Smith', 'annie', true, 60],
    );
  }));

it('shows what was unset as unset', () =>
  given(
    make.received('M1'),
    { type: 'chat.unarchived', data: about },
    { type: 'chat.archived', data: about },
    { type: 'chat.pinned', data: { ...about, at: 5 } },
    { type: 'chat.unpinned', data: about },
    { type: 'chat.muted', data: { ...about, until: -1 } },
    { type: 'chat.unmuted', data: about },
    { type: 'chat.marked_unread', data: about },
    { type: 'chat.marked_read', data: about },
    { type: 'contact.blocked', data: about },
    { type: 'contact.unblocked', data: about },
    { type: 'contact.renamed', data: { ...about, pushName: 'annie' } },
  ).then((tables) => {
    const { archived, pinnedAt, mutedUntil, markedUnread, blocked, pushName } = chat(tables);
    assert.deepEqual(
      [archived, pinnedAt, mutedUntil, markedUnread, blocked, pushName],
      [true, null, null, false, false, 'annie'],
    );
  }));

it('takes the timer of a chat from what is said there, but only where nothing told of it', async () => {
  const fading = (waId: string, expiresIn: number) =>
    make.received(waId, { content: { type: 'text', text: waId, expiresIn } });
  const set = (seconds: number, chat = ANN): Given => ({
    type: 'chat.disappearing_changed',
    data: { chat, waId: `D${seconds}`, fromMe: false, from: ANN, timestamp: 1, seconds },
  });
  const timer = async (...events: Given[]) => chat(await given(...events)).disappearing;
  assert.equal(await timer(make.received('M1'), fading('M2', 60), fading('M3', 90)), 60);
  assert.equal(await timer(fading('M1', 60), set(0), fading('M2', 60)), 0, 'sent before it was switched off');
  assert.equal(await timer(set(90), fading('M1', 60)), 90);
  const relinked = (chat = ANN): Given[] => [
    { type: 'account.paired', data: { me: '4915100000009@s.whatsapp.net' } },
    { type: 'chat.imported', data: { chat, part: 'p1', disappearing: 0 } },
  ];
  assert.equal(await timer(set(90), ...relinked()), null, 'it has none any more');
  assert.equal(await timer(set(90), ...relinked(), fading('M1', 60)), 60);
  const both = [set(60, ANN_PN), ...relinked({ jid: ANN.jid }), make.linked()];
  assert.equal(await timer(...both), null, 'whichever of its names that was told of');
  const old = make.imported('M1', { content: { type: 'text', text: 'M1', expiresIn: 60 } });
  assert.equal(await timer(old), undefined, 'what is old tells nothing of now');
});

it('keeps what was set under the number when the LID is learnt', () =>
  given(
    make.received('M1', { chat: ANN_PN, from: ANN_PN }),
    { type: 'chat.pinned', data: { chat: ANN_PN, at: 5 } },
    make.received('M2', { chat: { jid: ANN.jid }, from: { jid: ANN.jid } }),
    make.linked(),
  ).then((tables) => {
    const { pinnedAt, unread, count, key } = chat(tables);
    assert.deepEqual([pinnedAt, unread, count, key], [5, 2, 2, 'l100000000000001']);
  }));

it('names a group from the beginning', () =>
  given({
    type: 'group.created',
    data: { waId: 'N1', chat: GROUP, from: BOB, timestamp: 1, subject: 'Friends' },
  }).then((tables) => assert.equal(chat(tables, 'g120363000000000001').name, 'Friends')));

it("names a group by its subject, not by its members' names", () =>
  given(make.received('G1', { chat: GROUP, from: BOB, pushName: 'bob' }), {
    type: 'group.subject_changed',
    data: { waId: 'N1', chat: GROUP, from: BOB, timestamp: 1, subject: 'Friends' },
  }).then((tables) => {
    const { name, pushName } = chat(tables, 'g120363000000000001');
    assert.deepEqual([name, pushName], ['Friends', undefined]);
  }));

it('notes when each person of a group got and read a message, the first time', () =>
  given(
    make.receipt('S1', ANN_PN, 'delivered', 4),
    make.sendRequested('S1', { chat: GROUP, to: GROUP.jid, from: ME }),
    make.receipt('S1', ANN, 'read', 5),
    make.receipt('S1', ANN, 'read', 6),
    make.receipt('S1', BOB, 'delivered', 7),
  ).then((tables) =>
    assert.deepEqual(tables.messages?.['shop/me/S1']?.receipts, [
      { by: ANN_PN, deliveredAt: 4, readAt: 5 },
      { by: BOB, deliveredAt: 7 },
    ]),
  ));

it('has the timer that was set from here once that is sent, and a line that says so', async () => {
  const asked = make.sendRequested('T1', { content: { type: 'system', text: null }, timer: 86_400 });
  const timer = async (...events: Given[]) => {
    let found: unknown;
    await given(...events).then((tables) => {
      found = chat(tables).disappearing;
    });
    return found;
  };
  const elsewhere: Given = {
    type: 'chat.disappearing_changed',
    data: { ...about, waId: 'D1', fromMe: false, from: ANN, timestamp: 1, seconds: 60 },
  };
  assert.equal(await timer(asked), undefined);
  assert.equal(await timer(asked, make.sendFailed('T1')), undefined);
  assert.equal(await timer(asked, make.sendUnknown('T1'), make.statusChanged('T1', 'delivered')), 86_400);
  assert.equal(await timer(elsewhere, asked, make.sent('T1')), 86_400);
  const later = [asked, make.sent('T1'), elsewhere, make.statusChanged('T1', 'read')];
  assert.equal(await timer(...later), 60, 'a receipt sets nothing anew');
  const off = make.sendRequested('T2', { content: { type: 'system', text: null }, timer: 0 });
  assert.equal(await timer(elsewhere, off, make.sent('T2')), 0);
  await given(asked, make.linked(), make.sent('T1')).then((tables) => {
    const { content, notice, status } = { ...tables.messages?.['shop/me/T1'] };
    assert.deepEqual([content, status], [{ type: 'system', text: null }, 'sent']);
    assert.deepEqual(notice, {
      kind: 'chat.disappearing_changed',
      people: [],
      setting: null,
      value: '86400',
    });
  });
});

it('has it also where the number turns out to be a LID meanwhile', () =>
  given(
    make.sendRequested('T1', { chat: ANN_PN, content: { type: 'system', text: null }, timer: 60 }),
    make.linked(),
    make.sent('T1'),
  ).then((tables) => assert.equal(chat(tables).disappearing, 60)));

it('knows when a picture was changed last, in whatever order it is told, and by whichever name of a person', async () => {
  const changed = (timestamp: number, who = ANN): Given => ({
    type: 'contact.picture_changed',
    data: { chat: who, timestamp },
  });
  const told = async (...events: Given[]) => chat(await given(...events)).pictureAt;
  assert.equal(await told(changed(7)), 7);
  assert.equal(await told(changed(7), changed(9)), 9);
  assert.equal(await told(changed(9), changed(7)), 9);
  const lid = { jid: ANN.jid };
  for (const [first, then] of [
    [changed(7, lid), changed(9, ANN_PN)],
    [changed(9, lid), changed(7, ANN_PN)],
    [changed(9, ANN_PN), make.received('M1', { chat: lid, from: lid })],
  ] as const)
    assert.equal(await told(first, then, make.linked()), 9);
});
