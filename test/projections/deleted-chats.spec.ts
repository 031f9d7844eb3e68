import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import { chatAnswer } from '../../src/queries/chats.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, NOW } = make;
const chat = (tables: Tables) => ({ ...tables.chats?.['shop/l100000000000001'] });
const answer = (tables: Tables) => chatAnswer(chat(tables) as never, tables.totals?.shop?.linkedAt as number);

const said = (waId: string, timestamp: number): Given => make.received(waId, { timestamp });
const deleted = (upTo: number, chat = ANN): Given => ({
  type: 'chat.deleted',
  data: { chat, at: upTo + 9, upTo },
});
const cleared = (upTo: number): Given => ({
  type: 'chat.cleared',
  data: { chat: ANN, at: upTo + 9, upTo, keepsStarred: false },
});
const paired: Given = { type: 'account.paired', data: { me: '4915100000009@s.whatsapp.net' } };
const room: Given = { type: 'chat.imported', data: { chat: ANN, part: 'p1' } };

/** Every order of a few events. */
const orders = (events: readonly Given[]): Given[][] =>
  events.length < 2
    ? [[...events]]
    : events.flatMap((first, at) => orders(events.toSpliced(at, 1)).map((rest) => [first, ...rest]));

it('is deleted until something is said later, in whatever order that is told', async () => {
  for (const order of orders([said('M1', NOW), make.imported('M0', { timestamp: NOW - 9 }), deleted(NOW)]))
    await given(...order).then((tables) => {
      const { deleted, clearedTo, unreadCount, messageCount } = answer(tables);
      assert.deepEqual([deleted, clearedTo, unreadCount, messageCount], [true, NOW, 0, 2]);
    });
  for (const order of orders([said('M1', NOW), said('M2', NOW + 1), deleted(NOW)]))
    await given(...order).then((tables) => {
      const { deleted, clearedTo, messageCount, lastMessage } = answer(tables);
      assert.deepEqual([deleted, clearedTo, messageCount], [false, NOW, 2]);
      assert.equal(lastMessage?.messageId, 'M2');
      assert.equal('deleted' in chat(tables), false);
    });
});

it('counts as unread what came since', () =>
  given(
    said('M1', NOW),
    { type: 'chat.marked_unread', data: { chat: ANN } },
    deleted(NOW),
    said('M0', NOW - 1),
    said('M2', NOW + 1),
  ).then((tables) => {
    const { unreadCount, markedUnread } = answer(tables);
    assert.deepEqual([unreadCount, markedUnread], [1, false]);
  }));

it('stays where it was cleared, with nothing to be read', () =>
  given(said('M1', NOW), cleared(NOW)).then((tables) => {
    const { deleted, clearedTo, unreadCount, messageCount } = answer(tables);
    assert.deepEqual([deleted, clearedTo, unreadCount, messageCount], [false, NOW, 0, 1]);
  }));

it('is gone until the later of both, whichever is told last', async () => {
  for (const order of orders([said('M1', NOW), deleted(NOW), cleared(NOW + 60)]))
    await given(...order).then((tables) => {
      const { deleted, clearedTo } = answer(tables);
      assert.deepEqual([deleted, clearedTo], [true, NOW + 60]);
    });
});

it('is gone as far as any entry of the phone says, of which it keeps several in no order', async () => {
  for (const gone of [deleted, cleared])
    for (const order of orders([gone(NOW), gone(NOW + 60)]))
      await given(said('M1', NOW), ...order).then((tables) =>
        assert.equal(answer(tables).clearedTo, NOW + 60),
      );
});

it('stays deleted with a new link, unless the phone has it in its history', async () => {
  const before = [said('M1', NOW), deleted(NOW)];
  const shown = (tables: Tables) => [answer(tables).deleted, answer(tables).clearedTo];
  await given(...before, paired).then((tables) => assert.deepEqual(shown(tables), [true, NOW]));
  await given(...before, paired, room).then((tables) => assert.deepEqual(shown(tables), [false, null]));
  // a part that came late, or once more
  await given(paired, ...before, room).then((tables) => assert.deepEqual(shown(tables), [true, NOW]));
  // deleted while nobody was linked: the app state tells of it, before or after the history
  for (const order of orders([room, deleted(NOW)]))
    await given(said('M1', NOW), paired, ...order).then((tables) =>
      assert.deepEqual(shown(tables), [true, NOW]),
    );
});

it('is the same chat under both names of a person', async () => {
  const told = [make.received('M1', { chat: ANN_PN, from: ANN_PN }), deleted(NOW + 9, ANN_PN)];
  await given(...told, make.linked()).then((tables) => assert.equal(answer(tables).deleted, true));
  const later = make.received('M2', {
    chat: { jid: ANN.jid },
    from: { jid: ANN.jid },
    timestamp: NOW + 10,
  });
  await given(...told, later, make.linked()).then((tables) => {
    assert.deepEqual([answer(tables).deleted, answer(tables).messageCount], [false, 2]);
  });
});

it('has nothing to be read once it is gone, by whichever name of a person each was told', async () => {
  const lid = { jid: ANN.jid };
  const message = make.received('M1', { chat: lid, from: lid });
  for (const gone of [deleted(NOW, ANN_PN), deleted(NOW - 1, ANN_PN)])
    for (const order of orders([message, gone]))
      await given(...order, make.linked()).then((tables) => {
        const { deleted, unreadCount } = answer(tables);
        assert.equal(unreadCount, deleted ? 0 : 1);
      });
});

it('is locked as it was told last, by this link', async () => {
  const [locked, unlocked] = (['chat.locked', 'chat.unlocked'] as const).map(
    (type): Given => ({ type, data: { chat: ANN } }),
  );
  assert.ok(locked && unlocked);
  const isLocked = async (...events: Given[]) => {
    let found: boolean | undefined;
    await given(said('M1', NOW), ...events).then((tables) => {
      found = answer(tables).locked;
    });
    return found;
  };
  assert.equal(await isLocked(locked), true);
  assert.equal(await isLocked(locked, unlocked), false);
  assert.equal(await isLocked(locked, paired), false);
});
