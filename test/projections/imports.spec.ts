import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountsProjection } from '../../src/projections/accounts.ts';
import type { ChatDoc } from '../../src/projections/chat-doc.ts';
import { mediaProjection } from '../../src/projections/media.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { asView } from '../../src/projections/projection.ts';
import { chatAnswer } from '../../src/queries/chats.ts';
import * as make from '../support/events.ts';
import { type Given, projectionSpec, type Tables } from '../support/projection-spec.ts';

const { ANN, ME, NOW } = make;
const LID = 'l100000000000001';
const chat = (tables: Tables) => ({ ...tables.chats?.[`shop/${LID}`] });
const part = (
  kind: 'initial_bootstrap' | 'recent' | 'full' | 'on_demand',
  progress: number,
  messages: number,
  chats = 2,
): Given => ({
  type: 'history.part_imported',
  data: { part: `${kind}${progress}`, kind, progress, chats, messages },
});
const room = (over: object): Given => ({ type: 'chat.imported', data: { chat: ANN, part: 'p1', ...over } });

describe('imported messages', () => {
  const given = projectionSpec(asView(messagesProjection));

  it('are messages, but nobody has to read them', () =>
    given(
      make.imported('M1'),
      make.imported('S1', { fromMe: true, from: ME, status: 'read', timestamp: NOW + 1 }),
    ).then((tables) => {
      const { count, unread, firstAt, at } = chat(tables);
      assert.deepEqual([count, unread, firstAt, at], [2, undefined, NOW, NOW + 1]);
      assert.equal(tables.messages?.['shop/me/S1']?.status, 'read');
      assert.equal(tables.messages?.[`shop/${LID}/${LID}/M1`]?.status, undefined);
    }));

  it('were sent at least where they are own ones', () =>
    given(make.imported('S1', { fromMe: true, from: ME })).then((tables) =>
      assert.equal(tables.messages?.['shop/me/S1']?.status, 'sent'),
    ));

  it('are the ones that came live, whichever the log has first', async () => {
    for (const both of [
      [make.imported('M1'), make.received('M1')],
      [make.received('M1'), make.imported('M1')],
    ])
      await given(...both).then((tables) => {
        assert.equal(Object.keys(tables.messages ?? {}).length, 1);
        assert.equal(chat(tables).count, 1);
      });
  });

  it('take the place of what could not be read', () =>
    given(make.undecryptable('M1'), make.imported('M1')).then((tables) =>
      assert.deepEqual(tables.messages?.[`shop/${LID}/${LID}/M1`]?.content, {
        type: 'text',
        text: 'text of M1',
      }),
    ));

  it('bring their reactions, and that they were deleted', () => {
    const reactions = [{ from: ME, fromMe: true, emoji: '+', timestamp: NOW }];
    return given(make.imported('M1', { reactions, revoked: true })).then((tables) => {
      const message = tables.messages?.[`shop/${LID}/${LID}/M1`];
      assert.deepEqual([message?.reactions, message?.revokedAt], [reactions, NOW]);
    });
  });

  it('tell of what came live that it was deleted while the account was not linked', () => {
    const told = [make.received('M1'), make.imported('M1', { revoked: true }), make.imported('M1')];
    return given(...told).then((tables) =>
      assert.equal(tables.messages?.[`shop/${LID}/${LID}/M1`]?.revokedAt, NOW),
    );
  });

  it('and bring them for what could not be read, too', () => {
    const reactions = [{ from: ME, fromMe: true, emoji: '+', timestamp: NOW }];
    const real = make.imported('M1', { reactions, revoked: true });
    return given(make.undecryptable('M1'), real).then((tables) => {
      const message = tables.messages?.[`shop/${LID}/${LID}/M1`];
      assert.deepEqual([message?.reactions, message?.revokedAt, message?.seq], [reactions, NOW, 1]);
    });
  });

  it('come with what the phone says of their chat', () =>
    given(
      room({ name: 'Ann', unread: 3, archived: true }),
      make.received('M1'),
      room({ part: 'p2', complete: true }),
    ).then((tables) => {
      const { name, unread, archived, complete } = chat(tables);
      assert.deepEqual([name, unread, archived, complete], ['Ann', 4, true, true]);
    }));
});

describe('what a phone says of a chat when it is linked', () => {
  const given = projectionSpec(asView(messagesProjection));
  const linked: Given = { type: 'account.paired', data: { me: ME.jid } };
  const timer = (seconds: number): Given => ({
    type: 'chat.disappearing_changed',
    data: { waId: `T${seconds}`, fromMe: false, chat: ANN, from: ANN, timestamp: NOW, seconds },
  });
  const answers = (tables: Tables) => {
    const doc = tables.chats?.[`shop/${LID}`] as ChatDoc;
    const { linkedAt } = { ...tables.totals?.shop } as { linkedAt?: number };
    const { archived, pinned, mutedUntil, unreadCount, disappearing } = chatAnswer(doc, linkedAt);
    return { archived, pinned, mutedUntil, unreadCount, disappearing };
  };
  const set = { unread: 3, archived: true, pinnedAt: NOW, mutedUntil: -1, disappearing: 60 };
  const shown = { archived: true, pinned: true, mutedUntil: -1, unreadCount: 3, disappearing: 60 };

  it('says nothing of a former link, and what is told anew is', async () => {
    const former: Given[] = [linked, room(set), linked];
    await given(linked, room(set)).then((tables) => assert.deepEqual(answers(tables), shown));
    const none = { archived: false, pinned: false, mutedUntil: null };
    await given(...former).then((tables) => assert.deepEqual(answers(tables), { ...shown, ...none }));
    await given(...former, room({ part: 'p2', ...set, disappearing: 0 })).then((tables) =>
      assert.deepEqual(answers(tables), { ...shown, disappearing: 0 }),
    );
    await given(...former, { type: 'chat.pinned', data: { chat: ANN, at: NOW } }).then((tables) =>
      assert.deepEqual(answers(tables), { ...shown, ...none, pinned: true }),
    );
  });

  it('is older than what was told since, whether it comes late or once more', async () => {
    const since: Given[] = [
      timer(90),
      { type: 'chat.unarchived', data: { chat: ANN } },
      { type: 'chat.marked_read', data: { chat: ANN } },
      make.received('M1'),
    ];
    const newer = { ...shown, archived: false, unreadCount: 1, disappearing: 90 };
    await given(linked, ...since, room(set)).then((tables) => assert.deepEqual(answers(tables), newer));
    await given(linked, room(set), ...since, room(set)).then((tables) =>
      assert.deepEqual(answers(tables), newer),
    );
  });

  it('stands where number and LID turn out to be one', () =>
    given(
      linked,
      room({ ...set, chat: make.ANN_PN }),
      { type: 'chat.unarchived', data: { chat: { jid: ANN.jid } } },
      make.linked(),
    ).then((tables) => assert.deepEqual(answers(tables), { ...shown, archived: false })));

  it('stands there, too, where a former phone had set the other one', () => {
    const byLid = { chat: { jid: ANN.jid } };
    const former: Given[] = [
      linked,
      { type: 'chat.unarchived', data: byLid },
      room({ ...byLid, pinnedAt: 5 }),
    ];
    return given(...former, linked, room({ ...set, chat: make.ANN_PN }), make.linked()).then((tables) =>
      assert.deepEqual(answers(tables), shown),
    );
  });

  it('names nothing by what it was called before', async () => {
    const saved: Given = { type: 'contact.saved', data: { chat: ANN, name: 'Ann Smith' } };
    const before: Given[] = [linked, room({ name: 'Ann' }), saved];
    await given(...before, room({ name: 'Ann', part: 'p2' })).then((tables) =>
      assert.equal(chat(tables).name, 'Ann Smith'),
    );
    await given(...before, linked, room({ name: 'Annie' })).then((tables) =>
      assert.equal(chat(tables).name, 'Annie'),
    );
  });
});

describe('the progress of a history', () => {
  const given = projectionSpec(asView(accountsProjection));
  const history = (tables: Tables) => {
    const { at, ...known } = { ...(tables.accounts?.shop?.history as { at: string }) };
    assert.match(at, /^2026-01-01T00:00:0\d/);
    return known;
  };

  it('is that of the recent past, after the first part with each chat', () =>
    given(make.created(), part('initial_bootstrap', 100, 2), part('recent', 40, 30)).then((tables) =>
      assert.deepEqual(history(tables), { progress: 40, chats: 2, messages: 32 }),
    ));

  it('is that of a full history too, is kept whatever the connection does, and not told by other parts', () =>
    given(
      make.created(),
      part('full', 70, 1),
      { type: 'account.connected', data: { me: ME.jid } },
      part('initial_bootstrap', 100, 1, 1),
      part('on_demand', 100, 1, 1),
    ).then((tables) => assert.deepEqual(history(tables), { progress: 70, chats: 2, messages: 3 })));

  it('belongs to one life of the account', async () => {
    await given(part('recent', 40, 30)).then((tables) => assert.deepEqual(tables.accounts, {}));
    const before = [make.created(), make.deleted(), { ...make.created(), gen: 2 }];
    await given(...before, part('recent', 40, 30)).then((tables) =>
      assert.equal(tables.accounts?.shop?.history, undefined),
    );
  });

  it('is complete at once where there is no past, and begins anew with another link', async () => {
    const empty = [make.created(), part('initial_bootstrap', 100, 0, 0)];
    await given(...empty).then((tables) => assert.equal(tables.accounts?.shop?.status, 'created'));
    await given(...empty).then((tables) =>
      assert.deepEqual(history(tables), { progress: 100, chats: 0, messages: 0 }),
    );
    await given(...empty, { type: 'account.paired', data: { me: ME.jid } }).then((tables) =>
      assert.equal(tables.accounts?.shop?.history, undefined),
    );
  });
});

describe('files of imported messages', () => {
  const given = projectionSpec(asView(mediaProjection));
  const content = { type: 'image', text: null, media: { mimetype: 'image/jpeg', size: 3 } } as const;
  const doc = (tables: Tables) => tables.media?.[`shop/${LID}/${LID}/M1`];
  const requested: Given = {
    type: 'media.requested',
    data: { waId: 'M1', chat: ANN, from: ANN, fromMe: false, media: content.media },
  };

  it('are lazy until somebody asks, or until they came live', async () => {
    await given(make.imported('M1', { content })).then((tables) => assert.equal(doc(tables)?.lazy, true));
    for (const waking of [requested, make.received('M1', { content })])
      await given(make.imported('M1', { content }), waking).then((tables) =>
        assert.equal(doc(tables)?.lazy, undefined),
      );
    await given(make.received('M1', { content }), make.imported('M1', { content })).then((tables) =>
      assert.equal(doc(tables)?.lazy, undefined),
    );
  });
});
