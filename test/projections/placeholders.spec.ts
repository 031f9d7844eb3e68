import assert from 'node:assert/strict';
import { it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, BOB, GROUP, ME, NOW } = make;

const LID = 'l100000000000001';
const target = { waId: 'M1' };
const at = (seconds: number) => ({ timestamp: NOW + seconds });

/** Of the chat with Ann: how many messages, how many unread, and which is the last. */
const shown = (tables: Tables, key = LID) => {
  const { count, unread, last, at: newest } = { ...tables.chats?.[`shop/${key}`] } as Record<string, unknown>;
  return { count, unread, last: (last as { waId: string } | undefined)?.waId, at: newest };
};
const message = (tables: Tables, id: string): Record<string, unknown> => ({
  ...tables.messages?.[`shop/${id}`],
});
const ids = (tables: Tables) =>
  Object.keys(tables.messages ?? {}).map((id) => id.slice(id.lastIndexOf('/') + 1));

for (const [what, real] of Object.entries<Given>({
  'a reaction': make.reacted(target, '👍', { waId: 'P' }),
  'an edit': make.edited(target, 'better', { waId: 'P' }),
  'a deletion': make.revoked(target, { waId: 'P' }),
  'a vote': make.voted(target, ['00'], { waId: 'P' }),
  'a pin': make.pinned(target, { waId: 'P', seconds: 60 }),
  'the end of a pin': make.pinned(target, { waId: 'P', seconds: 0 }),
}))
  it(`a placeholder that turns out to be ${what} is no message`, async () => {
    const without = await given(make.received('M1'), real);
    const tables = await given(make.received('M1'), make.undecryptable('P', at(5)), real);
    assert.deepEqual(ids(tables), ['M1']);
    assert.deepEqual(shown(tables), { count: 1, unread: 1, last: 'M1', at: NOW });
    assert.equal(tables.totals?.shop?.messages, 1);
    const said = (all: Tables) => {
      const { edits, reactions, revokedAt, votes, pin } = message(all, `${LID}/${LID}/M1`);
      return { edits, reactions, revokedAt, votes, pin };
    };
    assert.deepEqual(said(tables), said(without));
  });

it('a placeholder that turns out to be a new timer is the line that says so, which nobody has to read', () =>
  given(make.undecryptable('P', at(5)), {
    type: 'chat.disappearing_changed',
    data: { waId: 'P', fromMe: false, chat: ANN, from: ANN, timestamp: NOW + 5, seconds: 60 },
  }).then((tables) => {
    const { content, notice, undecryptable } = message(tables, `${LID}/${LID}/P`);
    assert.deepEqual(
      [(content as { type: string }).type, notice !== undefined, undecryptable],
      ['system', true, undefined],
    );
    const { disappearing } = { ...tables.chats?.[`shop/${LID}`] } as Record<string, unknown>;
    assert.deepEqual([disappearing, shown(tables).count, shown(tables).unread], [60, 1, 0]);
  }));

it('finds the placeholder under the number that it came by', () =>
  given(
    make.received('M1', { chat: ANN_PN, from: ANN_PN }),
    make.undecryptable('P', { chat: ANN_PN, from: ANN_PN, ...at(5) }),
    make.reacted(target, '👍', { waId: 'P' }),
  ).then((tables) => {
    assert.deepEqual(ids(tables), ['M1']);
    assert.deepEqual(shown(tables, 'p4915100000001'), { count: 1, unread: 1, last: 'M1', at: NOW });
  }));

it('of a chat with nothing but the placeholder, nothing is the last', () =>
  given(make.undecryptable('P'), make.reacted(target, '👍', { waId: 'P' })).then((tables) =>
    assert.deepEqual(shown(tables), { count: 0, unread: 0, last: undefined, at: undefined }),
  ));

it("in a group only its author's counts", async () => {
  const forged = make.reacted({ waId: 'M1', author: BOB }, '👍', { waId: 'P', chat: GROUP, by: BOB });
  const tables = await given(make.undecryptable('P', { chat: GROUP, from: ANN }), forged);
  assert.equal(shown(tables, 'g120363000000000001').count, 1);
});

it('a readable message with the id of a reaction stays', () =>
  given(make.received('P'), make.reacted(target, '👍', { waId: 'P' })).then((tables) =>
    assert.equal(shown(tables).count, 1),
  ));

it('what was read meanwhile is not unread any less', async () => {
  const read: Given = { type: 'chat.marked_read', data: { chat: ANN } };
  const reaction = make.reacted(target, '👍', { waId: 'P' });
  const tables = await given(make.undecryptable('P'), read, make.received('M2'), reaction);
  assert.deepEqual(shown(tables), { count: 1, unread: 1, last: 'M2', at: NOW });
});

it('shows the newest of what can be read beneath placeholders, and what becomes readable', async () => {
  const waiting = [make.received('M1'), make.undecryptable('P', at(5)), make.undecryptable('Q', at(6))];
  const gone = make.reacted(target, '👍', { waId: 'Q' });
  const both = [make.edited(target, 'better'), gone, make.reacted(target, '❤', { waId: 'P' })];
  await given(...waiting, ...both).then((tables) => {
    assert.deepEqual(shown(tables), { count: 1, unread: 1, last: 'M1', at: NOW });
    const last = tables.chats?.[`shop/${LID}`] as { last?: { text?: string } } | undefined;
    assert.equal(last?.last?.text, 'better');
  });
  const real = make.received('P', at(5));
  const readable = { count: 2, unread: 2, last: 'P', at: NOW + 5 };
  assert.deepEqual(shown(await given(...waiting, gone, real)), readable);
  assert.deepEqual(shown(await given(...waiting, real, gone)), readable);
});

it('keeps what lies beneath when number and LID turn out to be one', () =>
  given(
    make.received('M1', { chat: ANN_PN, from: ANN_PN }),
    make.undecryptable('P', { chat: ANN_PN, from: ANN_PN, ...at(5) }),
    make.linked(),
    make.reacted(target, '👍', { waId: 'P' }),
  ).then((tables) => assert.deepEqual(shown(tables), { count: 1, unread: 1, last: 'M1', at: NOW })));

it('an own message that could not be read is an own one, and becomes what it is', async () => {
  const own = make.undecryptable('S1', { from: ME, fromMe: true });
  await given(own).then((tables) => {
    const { fromMe, status } = message(tables, 'me/S1');
    assert.deepEqual([fromMe, status, shown(tables).unread], [true, 'sent', undefined]);
  });
  await given(own, make.sentElsewhere('S1')).then((tables) => {
    assert.deepEqual([ids(tables), shown(tables).count], [['S1'], 1]);
    const { content, undecryptable } = message(tables, 'me/S1');
    assert.deepEqual([content, undecryptable], [{ type: 'text', text: 'text of S1' }, undefined]);
  });
});
