import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageDoc } from '../../src/projections/message-doc.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import { messageAnswer } from '../../src/queries/message-answer.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, BOB, GROUP, ME, NOW } = make;

const LID = 'l100000000000001';
const HERS = `${LID}/${LID}/M1`;
const IN_GROUP = 'g120363000000000001/l100000000000002/M1';
const ann = { waId: 'M1' };
const bob = { waId: 'M1', author: BOB };

/** A message as it is shown. */
const shown = (tables: Tables, id = HERS) => {
  const doc = { ...tables.messages?.[`shop/${id}`] } as unknown as MessageDoc;
  const { linkedAt } = { ...tables.totals?.shop } as { linkedAt?: number };
  const { pinned, starred, deletedForMeAt } = messageAnswer(
    doc,
    ({ jid }) => ({ id: jid, lid: null }),
    linkedAt,
  );
  return { pinned, starred, deletedForMeAt };
};
const iso = (seconds: number) => new Date(seconds * 1_000).toISOString();
const counts = (tables: Tables) => {
  const { count, unread } = { ...tables.chats?.[`shop/${LID}`] } as Record<string, unknown>;
  return [tables.totals?.shop?.messages, count, unread];
};

describe('a pin', () => {
  const pin = make.pinned(ann, { timestamp: NOW + 5, seconds: 86_400 });
  const there = { by: ANN.jid, at: iso(NOW + 5), until: iso(NOW + 5 + 86_400) };

  it('stands at its message, says by whom and until when, and is no message', () =>
    given(make.received('M1'), pin).then((tables) => {
      assert.deepEqual(shown(tables).pinned, there);
      assert.deepEqual(counts(tables), [1, 1, 1]);
    }));

  it('waits for its message, and comes from either side of a chat', async () => {
    await given(pin, make.received('M1')).then((tables) => assert.deepEqual(shown(tables).pinned, there));
    await given(make.received('M1'), make.pinned(ann, { fromMe: true, by: ME, seconds: 60 })).then((tables) =>
      assert.equal(shown(tables).pinned?.by, ME.jid),
    );
  });

  it('is taken off by whoever does it later, and not by what was said before it', async () => {
    const off = (seconds: number) =>
      make.pinned(ann, { waId: `U${seconds}`, timestamp: NOW + seconds, seconds: 0 });
    await given(make.received('M1'), pin, off(6)).then((tables) => assert.equal(shown(tables).pinned, null));
    await given(make.received('M1'), off(6), pin).then((tables) => assert.equal(shown(tables).pinned, null));
    await given(make.received('M1'), off(4), pin).then((tables) =>
      assert.deepEqual(shown(tables).pinned, there),
    );
  });

  it('of which nobody says for how long has no end', () =>
    given(make.received('M1'), make.pinned(ann)).then((tables) =>
      assert.deepEqual(shown(tables).pinned, { ...there, until: null }),
    ));

  it('in a group counts where WhatsApp knew it for one, or nobody can tell', async () => {
    const message = make.received('M1', { chat: GROUP, from: BOB });
    const by = { chat: GROUP, by: ANN };
    for (const [declared, counts] of [
      [true, true],
      [undefined, true],
      [false, false],
    ] as const)
      await given(message, make.pinned(bob, { ...by, ...(declared === undefined ? {} : { declared }) })).then(
        (tables) => assert.equal(shown(tables, IN_GROUP).pinned !== null, counts, String(declared)),
      );
    await given(
      message,
      make.pinned(bob, { ...by, declared: true }),
      make.pinned(bob, { ...by, waId: 'U', timestamp: NOW + 9, seconds: 0, declared: false }),
    ).then((tables) => assert.notEqual(shown(tables, IN_GROUP).pinned, null));
  });

  it('concerns nothing in another chat', () =>
    given(
      make.sendRequested('M1'),
      make.pinned({ waId: 'M1', fromMe: true, author: ME }, { chat: GROUP }),
    ).then((tables) => assert.equal(shown(tables, 'me/M1').pinned, null)));
});

describe('a mark', () => {
  const star = make.marked('message.starred', ann);
  const unstar = make.marked('message.unstarred', ann);

  it('stands at its message, or waits for it, until it is taken off', async () => {
    await given(make.received('M1'), star).then((tables) => assert.equal(shown(tables).starred, true));
    await given(star, make.received('M1')).then((tables) => assert.equal(shown(tables).starred, true));
    await given(make.received('M1'), star, unstar).then((tables) =>
      assert.equal(shown(tables).starred, false),
    );
    await given(star, make.received('M1')).then((tables) => assert.deepEqual(counts(tables), [1, 1, 1]));
  });

  it('finds messages of others in groups, own ones, and those that came by a number', async () => {
    await given(
      make.received('M1', { chat: GROUP, from: BOB }),
      make.marked('message.starred', bob, { chat: GROUP }),
    ).then((tables) => assert.equal(shown(tables, IN_GROUP).starred, true));
    await given(
      make.sendRequested('M1'),
      make.marked('message.starred', { waId: 'M1', fromMe: true, author: ME }),
    ).then((tables) => assert.equal(shown(tables, 'me/M1').starred, true));
    const PN = 'p4915100000001';
    await given(make.received('M1', { chat: ANN_PN, from: ANN_PN }), star).then((tables) =>
      assert.equal(shown(tables, `${PN}/${PN}/M1`).starred, true),
    );
  });

  it('leaves what was deleted on the own phone where it is, and says so; the first time counts', () =>
    given(
      make.received('M1'),
      make.marked('message.deleted_for_me', ann, { at: NOW + 7 }),
      make.marked('message.deleted_for_me', ann, { at: NOW + 8 }),
    ).then((tables) => {
      assert.equal(shown(tables).deletedForMeAt, iso(NOW + 7));
      assert.deepEqual(counts(tables), [1, 1, 1]);
    }));

  it('is told anew by the phone with each link: by the history, and by what is set since', async () => {
    const linked: Given = { type: 'account.paired', data: { me: ME.jid } };
    const told = make.imported('M1', { starred: true });
    const shows = async (starred: boolean, ...events: Given[]) =>
      assert.equal(shown(await given(...events)).starred, starred, events.map(({ type }) => type).join());
    await shows(true, linked, told);
    await shows(false, linked, told, linked);
    await shows(false, linked, make.received('M1'), star, linked, make.imported('M1'));
    await shows(true, linked, make.received('M1'), star, linked, told);
    await shows(true, linked, make.received('M1'), unstar, linked, told);
    await shows(true, unstar, linked, told);
    // a part of the history may come late
    await shows(false, linked, unstar, told);
    await shows(false, linked, make.received('M1'), unstar, told);
    await shows(true, linked, make.undecryptable('M1'), told);
  });
});
