import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, BOB, GROUP, ME, NOW } = make;

const LID = 'l100000000000001';
const theirs = { waId: 'M1', fromMe: false, author: ANN };
const mine = { waId: 'S1', fromMe: true, author: ME };
const doc = (tables: Tables, id: string): Record<string, unknown> => ({ ...tables.messages?.[`shop/${id}`] });
const like = make.remarkRequested('R1', { kind: 'react', target: theirs, emoji: '👍' });

describe('a send about another message', () => {
  it('changes that one once it is sent, and is no message itself', () =>
    given(make.received('M1'), like, make.sent('R1')).then((tables) => {
      assert.deepEqual(doc(tables, `${LID}/${LID}/M1`).reactions, [
        { from: ME, fromMe: true, emoji: '👍', timestamp: NOW },
      ]);
      assert.equal(tables.totals?.shop?.messages, 1);
      assert.equal(tables.chats?.[`shop/${LID}`]?.count, 1);
      assert.equal('waId' in doc(tables, 'me/R1'), false);
      assert.equal(doc(tables, 'me/R1').status, 'sent');
    }));

  it('changes nothing while it is open, or when it has failed', () =>
    given(make.received('M1'), like, make.sendFailed('R1')).then((tables) => {
      assert.equal(doc(tables, `${LID}/${LID}/M1`).reactions, undefined);
      assert.equal(doc(tables, 'me/R1').status, 'failed');
    }));

  it('takes effect by a receipt, too, and only once', () =>
    given(make.received('M1'), like, make.statusChanged('R1', 'delivered'), make.sent('R1')).then(
      (tables) => {
        const reactions = doc(tables, `${LID}/${LID}/M1`).reactions as unknown[];
        assert.equal(reactions.length, 1);
      },
    ));

  it('takes effect at once where it is known to be sent', () =>
    given(make.received('M1'), make.sent('R1'), like).then((tables) => {
      assert.equal(doc(tables, 'me/R1').status, 'sent');
      assert.equal((doc(tables, `${LID}/${LID}/M1`).reactions as unknown[]).length, 1);
    }));

  it('edits and deletes own messages, in the list of chats as well', () =>
    given(
      make.sendRequested('S1'),
      make.sent('S1'),
      make.remarkRequested('E1', { kind: 'edit', target: mine }, { content: { type: 'text', text: 'new' } }),
      make.sent('E1'),
      make.remarkRequested('D1', { kind: 'revoke', target: mine }, { timestamp: NOW + 7 }),
      make.sent('D1'),
    ).then((tables) => {
      const message = doc(tables, 'me/S1');
      assert.deepEqual(message.edits, [{ id: 'E1', timestamp: NOW, content: { type: 'text', text: 'new' } }]);
      assert.equal(message.revokedAt, NOW + 7);
      const last = tables.chats?.[`shop/${LID}`]?.last as { text: string };
      assert.equal(last.text, 'new');
    }));

  it('finds the message of a person whose other address was learnt between wish and outcome', () =>
    given(
      make.received('M1', { chat: ANN_PN, from: ANN_PN }),
      make.remarkRequested(
        'R1',
        { kind: 'react', target: { ...theirs, author: ANN_PN }, emoji: '👍' },
        { chat: ANN_PN },
      ),
      make.linked(),
      make.sent('R1'),
    ).then((tables) => {
      const reactions = doc(tables, 'p4915100000001/p4915100000001/M1').reactions as unknown[];
      assert.equal(reactions.length, 1);
    }));
});

describe('votes', () => {
  it('are kept as the latest of each person, whenever the poll comes', () =>
    given(
      make.voted({ waId: 'P1', author: BOB }, ['aa'], {
        chat: GROUP,
        by: ANN,
        timestamp: NOW + 1,
        waId: 'V1',
      }),
      make.received('P1', {
        chat: GROUP,
        from: BOB,
        content: { type: 'poll', text: '?', poll: { options: ['a', 'b'], selectable: 1 } },
      }),
      make.voted({ waId: 'P1', author: BOB }, ['bb'], {
        chat: GROUP,
        by: ANN,
        timestamp: NOW + 2,
        waId: 'V2',
      }),
      make.voted({ waId: 'P1', author: BOB }, ['aa'], {
        chat: GROUP,
        by: BOB,
        timestamp: NOW + 3,
        waId: 'V3',
      }),
    ).then((tables) => {
      const poll = doc(tables, 'g120363000000000001/l100000000000002/P1');
      assert.deepEqual(poll.votes, [
        { from: ANN, fromMe: false, options: ['bb'], timestamp: NOW + 2 },
        { from: BOB, fromMe: false, options: ['aa'], timestamp: NOW + 3 },
      ]);
    }));
});
