import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeEvent, type WildcatEvent } from '../../src/events/codec.ts';
import { messageId, messageIdentity, naturalKey } from '../../src/events/dedupe.ts';
import { eventId } from '../../src/events/event.ts';
import * as made from '../support/events.ts';

const { ANN, BOB, GROUP } = made;
const inGroup = { chat: GROUP, from: ANN };

describe('the dedupe key', () => {
  it('is the same for the same message, however its addresses are written', () => {
    const device = { jid: '100000000000001:7@lid' };
    const plain = naturalKey(made.received('W1'));
    assert.equal(plain, 'm/l100000000000001/l100000000000001/W1');
    assert.equal(naturalKey(made.received('W1', { chat: device, from: device })), plain);
  });

  it('stays what it was: ids that are stored were made of it', () => {
    const { data } = made.sendFailed('W1');
    const cases: [WildcatEvent, key: string][] = [
      [made.sentElsewhere('W1'), 'm/me/W1'],
      [
        made.received('a b', inGroup),
        'm/g120363000000000001/l100000000000001/hc8687a08aa5d6ed2044328fa6a697ab8e96dc342',
      ],
      [made.undecryptable('W1', { retry: 2 }), 'mu/l100000000000001/l100000000000001/W1/2'],
      [made.sendFailed('W1'), 'nack/W1/400'],
      [{ type: 'message.send_failed', data: { ...data, code: null, phase: 'expired' } }, 'nack/W1/expired'],
    ];
    for (const [event, key] of cases) assert.equal(naturalKey(event), key);
  });

  it('keeps what different people call by one id apart', () => {
    const keys = [
      made.received('W1'),
      made.received('W1', { chat: BOB, from: BOB }),
      made.received('W1', inGroup),
      made.received('W1', { chat: GROUP, from: BOB }),
      made.received('W1', { chat: { jid: '1@bot' }, from: { jid: '1@bot' } }),
      made.received('W1', { chat: { jid: '2@bot' }, from: { jid: '2@bot' } }),
      made.sentElsewhere('W1'),
    ].map(naturalKey);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('keeps the steps of one send apart, and knows a repeated step', () => {
    const attempt = (n: number): WildcatEvent => ({
      type: 'message.send_attempted',
      data: { waId: 'W1', chat: ANN, attempt: n },
    });
    const steps = [
      made.sendRequested('W1'),
      attempt(1),
      attempt(2),
      made.sent('W1'),
      made.sendFailed('W1'),
      made.sendUnknown('W1'),
      made.statusChanged('W1', 'delivered'),
      made.statusChanged('W1', 'read'),
      made.undecryptable('W1'),
      made.undecryptable('W1', { retry: 1 }),
    ];
    assert.equal(new Set(steps.map(naturalKey)).size, steps.length);
    assert.equal(
      naturalKey(made.statusChanged('W1', 'read', 1)),
      naturalKey(made.statusChanged('W1', 'read', 2)),
    );
  });

  it('gives an edit, a deletion and a reaction the id of their own stanza', () => {
    const target = { waId: 'W1', author: ANN };
    const keys = [
      made.edited(target, 'x', { waId: 'E1' }),
      made.revoked(target, { waId: 'E2' }),
      made.reacted(target, '+', { waId: 'E3', fromMe: true }),
    ].map(naturalKey);
    assert.deepEqual(keys, [
      'm/l100000000000001/l100000000000001/E1',
      'm/l100000000000001/l100000000000001/E2',
      'm/me/E3',
    ]);
  });

  it('is left to the caller for decisions and connection facts', () => {
    assert.equal(naturalKey(made.created()), null);
    assert.equal(naturalKey({ type: 'account.restarting', data: { code: 515 } }), null);
  });

  it('can not be bent by ids that a sender chose', () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('', '../../me/W1', 'W1\r\nNats-Expected-Stream: X', '*', '>', ' W1', 'W1 ', '/', 'ä'),
    );
    fc.assert(
      fc.property(hostile, (waId) => {
        const key = naturalKey(made.received(waId, inGroup)) ?? '';
        assert.match(key, /^m\/g\d+\/l\d+\/[A-Za-z0-9_-]{1,128}$/);
        assert.equal(messageIdentity({ waId, ...inGroup }, true).split('/').length, 2);
      }),
    );
    fc.assert(
      fc.property(hostile, hostile, (one, other) => {
        const same = naturalKey(made.received(one)) === naturalKey(made.received(other));
        assert.equal(same, one === other);
      }),
    );
  });

  it('belongs to an account and its generation', () => {
    assert.equal(messageId({ account: 'shop', gen: 3 }, 'm/x'), 'shop.3/m/x');
    const ids = [messageId({ account: 'shop', gen: 1 }, 'k'), messageId({ account: 'shop', gen: 2 }, 'k')];
    assert.equal(new Set(ids.map(eventId)).size, 2);
    assert.match(eventId(ids[0] ?? ''), /^[0-9a-f]{32}$/);
    assert.equal(eventId(ids[0] ?? ''), eventId('shop.1/k'));
  });

  it('exists for all that can be told twice: every golden event but decisions and settings', () => {
    const keys = readdirSync(join('test', 'golden')).flatMap((file) => {
      const { seq, subject, stored } = JSON.parse(readFileSync(join('test', 'golden', file), 'utf8'));
      const event = decodeEvent(subject, seq, JSON.stringify(stored));
      return [{ type: event.type, key: naturalKey(event) }];
    });
    const without = keys.filter(({ key }) => key === null).map(({ type }) => type.split('.')[0]);
    assert.deepEqual(
      new Set(without),
      new Set(['account', 'chat', 'contact', 'label', 'message', 'webhook']),
    );
    const stars = keys.filter(({ type, key }) => type.startsWith('message.') && key === null);
    assert.deepEqual(
      stars.map(({ type }) => type),
      ['message.starred', 'message.unstarred'],
    );
    const some = keys.filter(({ type, key }) => /^(chat|webhook)\./.test(type) && key !== null);
    assert.deepEqual(
      some.map(({ type }) => type),
      ['chat.disappearing_changed', 'chat.imported', 'webhook.delivery_exhausted', 'webhook.refused'],
    );
  });
});
