import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Content } from '../../src/events/messages.ts';
import { currentContent, type MessageDoc } from '../../src/projections/message-doc.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const given = projectionSpec(asView(messagesProjection));
const { ANN, ANN_PN, BOB, GROUP, ME, NOW } = make;

const message = (tables: Tables, id: string): Record<string, unknown> => ({
  ...tables.messages?.[`shop/${id}`],
});
const chat = (tables: Tables, key: string): Record<string, unknown> => ({ ...tables.chats?.[`shop/${key}`] });
const ids = (tables: Tables): string[] => Object.keys(tables.messages ?? {});
const total = (tables: Tables): unknown => tables.totals?.shop?.messages;

const LID = 'l100000000000001';
const PN = 'p4915100000001';

describe('what arrives', () => {
  it('a received message makes a message, a chat and a count', () =>
    given({ ...make.received('M1'), raw: 'AAAA' }).then((tables) => {
      assert.deepEqual(message(tables, `${LID}/${LID}/M1`), {
        _id: `shop/${LID}/${LID}/M1`,
        account: 'shop',
        waId: 'M1',
        chat: LID,
        chatAddress: ANN,
        from: ANN,
        fromMe: false,
        timestamp: NOW,
        seq: 1,
        content: { type: 'text', text: 'text of M1' },
        raw: 'AAAA',
        createdAt: '2026-01-01T00:00:01.000Z',
        updatedAt: '2026-01-01T00:00:01.000Z',
      });
      assert.deepEqual(chat(tables, LID), {
        _id: `shop/${LID}`,
        account: 'shop',
        key: LID,
        jid: ANN.jid,
        pn: ANN.alt,
        addresses: [LID, PN],
        count: 1,
        unread: 1,
        at: NOW,
        firstAt: NOW,
        last: {
          id: `shop/${LID}/${LID}/M1`,
          waId: 'M1',
          text: 'text of M1',
          type: 'text',
          timestamp: NOW,
          seq: 1,
          fromMe: false,
        },
      });
      assert.equal(total(tables), 1);
    }));

  it('a message that comes twice is one message', () =>
    given(make.received('M1'), make.received('M1', { timestamp: NOW + 9 })).then((tables) => {
      assert.equal(chat(tables, LID).count, 1);
      assert.equal(message(tables, `${LID}/${LID}/M1`).timestamp, NOW);
      assert.equal(total(tables), 1);
    }));

  it('one id of two senders in a group is two messages', () =>
    given(
      make.received('X', { chat: GROUP, from: ANN }),
      make.received('X', { chat: GROUP, from: BOB }),
    ).then((tables) => {
      assert.equal(ids(tables).length, 2);
      assert.equal(chat(tables, 'g120363000000000001').count, 2);
    }));

  it('an older message that comes late is counted but is not the last one', () =>
    given(make.received('new', { timestamp: NOW + 9 }), make.received('old')).then((tables) => {
      const { last, at, firstAt, count } = chat(tables, LID);
      assert.deepEqual({ at, firstAt, count }, { at: NOW + 9, firstAt: NOW, count: 2 });
      assert.equal(last !== null && typeof last === 'object' && 'waId' in last && last.waId, 'new');
    }));

  it('the real message takes the place of its placeholder, and no placeholder that of a real one', () =>
    given(
      make.undecryptable('M1', { from: { jid: ANN.jid } }),
      { ...make.received('M1', { pushName: 'annie' }), raw: 'AAAA' },
      make.undecryptable('M1', { retry: 1 }),
    ).then((tables) => {
      const { content, undecryptable, seq, raw, pushName, from, updatedAt } = message(
        tables,
        `${LID}/${LID}/M1`,
      );
      assert.deepEqual(
        { content, undecryptable, seq },
        { content: { type: 'text', text: 'text of M1' }, undecryptable: undefined, seq: 1 },
      );
      assert.deepEqual([raw, pushName, from], ['AAAA', 'annie', ANN]);
      assert.equal(updatedAt, '2026-01-01T00:00:02.000Z');
      assert.equal(chat(tables, LID).count, 1);
      assert.deepEqual(
        { ...(chat(tables, LID).last as object) },
        {
          id: `shop/${LID}/${LID}/M1`,
          waId: 'M1',
          text: 'text of M1',
          type: 'text',
          timestamp: NOW,
          seq: 1,
          fromMe: false,
        },
      );
    }));

  it('keeps the raw message that came first', async () => {
    const rawRef = { sha256: 's', length: 9 };
    const of = async (...events: Given[]) => {
      const { raw, rawRef: ref } = message(await given(...events), `${LID}/${LID}/M1`);
      return [raw, ref];
    };
    const again = { ...make.received('M1'), raw: 'BBBB' };
    assert.deepEqual(await of({ ...make.received('M1'), raw: 'AAAA' }, again), ['AAAA', undefined]);
    assert.deepEqual(await of({ ...make.received('M1'), rawRef }, again), [undefined, rawRef]);
    assert.deepEqual(await of(make.undecryptable('M1'), { ...make.received('M1'), rawRef }), [
      undefined,
      rawRef,
    ]);
    assert.deepEqual(await of(make.received('M1'), again), ['BBBB', undefined]);
  });

  it('a placeholder that becomes a message is not the last one for that', () =>
    given(make.undecryptable('M1'), make.received('M2', { timestamp: NOW + 1 }), make.received('M1')).then(
      (tables) => {
        const { last, count } = chat(tables, LID);
        assert.deepEqual([{ ...(last as object) }, count], [{ ...(last as object), waId: 'M2' }, 2]);
      },
    ));

  it('keeps what its votes and its file are read with', () =>
    given(
      { ...make.sendRequested('S1', { pollSecret: 'c2VjcmV0' }), rawRef: { sha256: 's', length: 9 } },
      make.undecryptable('M1'),
    ).then((tables) => {
      const { pollSecret, rawRef } = message(tables, 'me/S1');
      assert.deepEqual([pollSecret, rawRef], ['c2VjcmV0', { sha256: 's', length: 9 }]);
      const { content, undecryptable } = message(tables, `${LID}/${LID}/M1`);
      assert.deepEqual([content, undecryptable], [{ type: 'unknown', text: null }, 'no session']);
    }));

  it('an own echo of a requested send is no second message', () =>
    given(make.sendRequested('S1'), { ...make.sentElsewhere('S1'), raw: 'BBBB' }).then((tables) => {
      assert.deepEqual(ids(tables), ['shop/me/S1']);
      const { status, raw } = message(tables, 'me/S1');
      assert.deepEqual({ status, raw }, { status: 'sent', raw: 'BBBB' });
      assert.equal(total(tables), 1);
    }));
});

describe('how a send fares', () => {
  const statusAfter = (...events: Given[]) => ({
    is: (status: string, error?: string) =>
      given(...events).then((tables) => {
        const doc = message(tables, 'me/S1');
        assert.deepEqual([doc.status, doc.error], [status, error]);
      }),
  });
  const request = make.sendRequested('S1');

  it('is queued, sent, delivered, read, played', async () => {
    await statusAfter(request).is('queued');
    await statusAfter(request, make.sent('S1')).is('sent');
    await statusAfter(request, make.sent('S1'), make.statusChanged('S1', 'delivered')).is('delivered');
    await statusAfter(request, make.statusChanged('S1', 'read')).is('read');
    await statusAfter(request, make.statusChanged('S1', 'played')).is('played');
  });
  it('never goes back', async () => {
    await statusAfter(request, make.statusChanged('S1', 'read'), make.sent('S1')).is('read');
    await statusAfter(request, make.statusChanged('S1', 'read'), make.statusChanged('S1', 'delivered')).is(
      'read',
    );
    await statusAfter(request, make.sent('S1'), make.sendFailed('S1')).is('sent');
    await statusAfter(request, make.sent('S1'), make.sendUnknown('S1')).is('sent');
    await statusAfter(make.sent('S1'), request).is('sent');
  });
  it('failed and unknown give way to proof that it went', async () => {
    await statusAfter(request, make.sendUnknown('S1')).is('unknown');
    await statusAfter(request, make.sendUnknown('S1'), make.sendFailed('S1')).is('failed', 'refused');
    await statusAfter(request, make.sendFailed('S1'), make.sendUnknown('S1')).is('failed', 'refused');
    await statusAfter(request, make.sendFailed('S1'), make.statusChanged('S1', 'delivered')).is('delivered');
    await statusAfter(request, make.sendUnknown('S1'), make.sent('S1')).is('sent');
  });
  it('is remembered for a message that has not been seen yet, and found by nobody until then', async () => {
    await given(make.statusChanged('S1', 'delivered', NOW + 2)).then((tables) =>
      assert.deepEqual(message(tables, 'me/S1'), {
        _id: 'shop/me/S1',
        status: 'delivered',
        deliveredAt: NOW + 2,
      }),
    );
    await given(make.statusChanged('S1', 'delivered', NOW + 2), make.sentElsewhere('S1')).then((tables) => {
      const { status, deliveredAt, waId } = message(tables, 'me/S1');
      assert.deepEqual([status, deliveredAt, waId], ['delivered', NOW + 2, 'S1']);
      assert.equal(chat(tables, LID).count, 1);
    });
  });
  it('keeps the first time of each receipt', () =>
    given(
      request,
      make.statusChanged('S1', 'sent', NOW + 1),
      make.statusChanged('S1', 'read', NOW + 9),
      make.statusChanged('S1', 'delivered', NOW + 3),
      make.statusChanged('S1', 'delivered', NOW + 4),
    ).then((tables) => {
      const { deliveredAt, readAt } = message(tables, 'me/S1');
      assert.deepEqual([deliveredAt, readAt], [NOW + 3, NOW + 9]);
    }));
  it('takes no word about a group message from outside the group', () =>
    given(make.sendRequested('S1', { chat: GROUP }), make.statusChanged('S1', 'read'), {
      type: 'message.receipt_received',
      data: { waId: 'S1', chat: ANN, by: BOB, status: 'read', at: NOW },
    }).then((tables) => {
      const { status, receipts, updatedAt } = message(tables, 'me/S1');
      assert.deepEqual([status, receipts, updatedAt], ['queued', undefined, '2026-01-01T00:00:01.000Z']);
    }));
  it('shows when it last changed', () =>
    given(request, make.sent('S1'), make.sent('S1')).then((tables) =>
      assert.equal(message(tables, 'me/S1').updatedAt, '2026-01-01T00:00:02.000Z'),
    ));
});

describe('what a message says now', () => {
  const media = { mimetype: 'image/png', size: 3 };
  const photo: Content = { type: 'image', text: null, caption: 'old', media };
  const cases: [what: string, content: Content, edit: Content, now: Partial<Content>][] = [
    [
      'a text keeps all but what was edited',
      { type: 'text', text: 'old', mentions: ['1@lid'] },
      { type: 'unknown', text: 'new' },
      { type: 'text', text: 'new', mentions: ['1@lid'] },
    ],
    ['a file its file', photo, { type: 'text', text: 'new' }, { caption: 'new' }],
    [
      'whatever the edit says of it',
      photo,
      { ...photo, caption: 'new', media: { size: 4 } },
      { caption: 'new' },
    ],
    ['and its caption where the edit has none', photo, { type: 'text', text: null }, {}],
  ];
  for (const [what, content, edit, now] of cases)
    it(what, () =>
      given(make.received('M1', { content }), make.edited({ waId: 'M1' }, '')).then((tables) => {
        const doc = tables.messages?.[`shop/${LID}/${LID}/M1`] as unknown as MessageDoc;
        const edits = [{ id: 'E1', timestamp: NOW, content: edit }];
        assert.deepEqual(currentContent({ ...doc, edits }), { ...content, ...now });
      }),
    );
});

describe('edits, revocations, reactions', () => {
  const M1 = `${LID}/${LID}/M1`;
  const lastText = (tables: Tables): unknown =>
    (({ ...(chat(tables, LID).last as object) }) as { text?: unknown }).text;

  it('an edit is kept beside the original and shown in the chat', () =>
    given(make.received('M1'), make.edited({ waId: 'M1' }, 'better')).then((tables) => {
      const { content, edits, updatedAt } = message(tables, M1);
      assert.deepEqual(content, { type: 'text', text: 'text of M1' });
      assert.deepEqual(edits, [
        { id: 'about-M1', timestamp: NOW + 5, content: { type: 'text', text: 'better' } },
      ]);
      assert.equal(updatedAt, '2026-01-01T00:00:02.000Z');
      assert.equal(lastText(tables), 'better');
    }));
  it('edits count by their time, not by their arrival, and once', () =>
    given(
      make.received('M1'),
      make.edited({ waId: 'M1' }, 'second', { waId: 'E2', timestamp: NOW + 20 }),
      make.edited({ waId: 'M1' }, 'first', { waId: 'E1', timestamp: NOW + 10 }),
      make.edited({ waId: 'M1' }, 'second', { waId: 'E2', timestamp: NOW + 20 }),
    ).then((tables) => {
      const { edits } = message(tables, M1);
      assert.deepEqual(Array.isArray(edits) && edits.map(({ id }) => id), ['E1', 'E2']);
      assert.equal(lastText(tables), 'second');
    }));
  it('the newest 16 edits are kept: a message fits its document however often it is edited', () => {
    const edit = (n: number) =>
      make.edited({ waId: 'M1' }, `version ${n}`, { waId: `E${n}`, timestamp: NOW + n });
    const many = Array.from({ length: 40 }, (_, n) => edit(n));
    return given(make.received('M1'), ...many, edit(3)).then((tables) => {
      const { edits } = message(tables, M1);
      const kept = Array.isArray(edits) ? edits.map(({ id }) => id) : [];
      assert.deepEqual(
        kept,
        Array.from({ length: 16 }, (_, n) => `E${n + 24}`),
      );
      assert.equal(lastText(tables), 'version 39');
    });
  });
  it('nobody edits what another one wrote, and only admins of a group take it back', async () => {
    const mine = { waId: 'S1', fromMe: true, author: ME };
    await given(make.sendRequested('S1'), make.edited(mine, 'forged'), make.revoked(mine)).then((tables) => {
      const { edits, revokedAt } = message(tables, 'me/S1');
      assert.deepEqual([edits, revokedAt], [undefined, undefined]);
    });
    const chat = GROUP;
    await given(make.sendRequested('S1', { chat }), make.revoked(mine, { chat, by: BOB })).then((tables) =>
      assert.equal(message(tables, 'me/S1').revokedAt, NOW + 5),
    );
    for (const byAdmin of [true, false])
      await given(
        make.sendRequested('S1', { chat }),
        make.received('M1', { chat }),
        make.revoked(mine, { chat, by: BOB, byAdmin }),
        make.revoked({ waId: 'M1' }, { chat, by: ANN, byAdmin: false }),
      ).then((tables) => {
        assert.equal(message(tables, 'me/S1').revokedAt, byAdmin ? NOW + 5 : undefined);
        assert.equal(message(tables, `g120363000000000001/${LID}/M1`).revokedAt, NOW + 5);
      });
  });
  it('a revocation keeps what was said', () =>
    given(make.received('M1'), make.revoked({ waId: 'M1' })).then((tables) => {
      const { content, revokedAt } = message(tables, M1);
      assert.deepEqual([content, revokedAt], [{ type: 'text', text: 'text of M1' }, NOW + 5]);
    }));
  it('of each person the latest reaction counts, whichever address he goes by', () =>
    given(
      make.received('M1', { chat: GROUP, from: BOB }),
      make.reacted({ waId: 'M1', author: BOB }, '👍', { chat: GROUP, by: ANN, timestamp: NOW + 1 }),
      make.reacted({ waId: 'M1', author: BOB }, '🎉', { chat: GROUP, by: ME, fromMe: true }),
      make.reacted({ waId: 'M1', author: BOB }, '❤', { chat: GROUP, by: ANN_PN, timestamp: NOW + 3 }),
      make.reacted({ waId: 'M1', author: BOB }, '👎', { chat: GROUP, by: ANN, timestamp: NOW + 2 }),
    ).then((tables) =>
      assert.deepEqual(message(tables, 'g120363000000000001/l100000000000002/M1').reactions, [
        { from: ANN_PN, fromMe: false, emoji: '❤', timestamp: NOW + 3 },
        { from: ME, fromMe: true, emoji: '🎉', timestamp: NOW + 5 },
      ]),
    ));
  it('what is said of a message before it comes is kept for it', () =>
    given(make.edited({ waId: 'M1' }, 'better'), make.received('M1')).then((tables) => {
      assert.equal(lastText(tables), 'better');
      assert.equal(chat(tables, LID).count, 1);
    }));
});

describe('one person is one chat', () => {
  const asPn = (waId: string, timestamp = NOW) =>
    make.received(waId, { chat: ANN_PN, from: ANN_PN, timestamp });

  it('joins what was said to the number and to the LID, whenever they meet', () =>
    given(asPn('M1'), make.received('M2', { timestamp: NOW + 1 }), make.linked(), asPn('M3', NOW + 2)).then(
      (tables) => {
        const { count, addresses, at, firstAt, pn } = chat(tables, LID);
        assert.deepEqual(
          { count, addresses, at, firstAt, pn },
          { count: 3, addresses: [LID, PN], at: NOW + 2, firstAt: NOW, pn: ANN_PN.jid },
        );
        assert.deepEqual(chat(tables, PN), {
          _id: `shop/${PN}`,
          account: 'shop',
          key: PN,
          into: LID,
          lid: LID,
        });
        assert.equal(message(tables, `${PN}/${PN}/M1`).chat, PN);
      },
    ));
  it('shows the later one of two in one second, under whichever address it came', async () => {
    for (const both of [
      [asPn('M1'), make.received('M2')],
      [make.received('M1', { chat: { jid: ANN.jid }, from: { jid: ANN.jid } }), asPn('M2')],
    ])
      await given(...both, make.linked()).then((tables) => {
        const { last } = chat(tables, LID);
        assert.deepEqual({ ...(last as object) }, { ...(last as object), waId: 'M2' });
      });
  });
  it('a link learnt before anything was said, and learnt again', () =>
    given(make.linked(), asPn('M1'), make.linked()).then((tables) => {
      assert.equal(chat(tables, LID).count, 1);
      assert.equal(total(tables), 1);
    }));
  it('recognises under the LID a message that came under the number', () =>
    given(asPn('M1'), make.linked(), make.received('M1')).then((tables) => {
      assert.deepEqual(ids(tables), [`shop/${PN}/${PN}/M1`]);
      assert.equal(chat(tables, LID).count, 1);
    }));
  it('an edit that comes under the LID finds the message under the number', () =>
    given(asPn('M1'), make.linked(), make.edited({ waId: 'M1' }, 'better')).then((tables) => {
      assert.deepEqual(ids(tables), [`shop/${PN}/${PN}/M1`]);
      assert.deepEqual({ ...(chat(tables, LID).last as object) } as { text?: string }, {
        ...(chat(tables, LID).last as object),
        text: 'better',
      });
    }));
  it('a number that WhatsApp gives to somebody else takes no old messages along', () =>
    given(asPn('M1'), make.linked(), make.linked(BOB.jid, ANN_PN.jid)).then((tables) => {
      assert.deepEqual([chat(tables, LID).count, chat(tables, LID).pn], [1, undefined]);
      const bob = chat(tables, 'l100000000000002');
      assert.deepEqual([bob.count, bob.pn], [0, ANN_PN.jid]);
      assert.deepEqual([chat(tables, PN).into, chat(tables, PN).lid], [LID, 'l100000000000002']);
    }));
});

describe('an account that is deleted', () => {
  const other = { ...make.received('O1'), account: 'shop-2' };
  it('leaves nothing but its tombstone, and late facts of it are ignored', () =>
    given(
      make.created(),
      make.received('M1'),
      other,
      make.linked(),
      make.deleted(),
      make.received('late'),
    ).then((tables) => {
      assert.deepEqual(ids(tables), [`shop-2/${LID}/${LID}/O1`]);
      assert.deepEqual(Object.keys(tables.chats ?? {}), [`shop-2/${LID}`, `shop-2/${PN}`]);
      assert.deepEqual(tables.totals?.shop, { _id: 'shop', gen: 1, deleted: true, messages: 0 });
    }));
  it('lives again under the next generation, untouched by the former', () =>
    given(
      make.created(),
      make.received('M1'),
      make.deleted(),
      { ...make.created(), gen: 2 },
      { ...make.received('M2'), gen: 2 },
      make.received('zombie'),
    ).then((tables) => {
      assert.deepEqual(ids(tables), [`shop/${LID}/${LID}/M2`]);
      const { NOW: at } = make;
      assert.deepEqual(tables.totals?.shop, {
        ...{ _id: 'shop', gen: 2, deleted: false, messages: 1 },
        ...{ at, firstAt: at },
      });
    }));
});
