import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  catalogue,
  decodeEvent,
  encodeEvent,
  subjectOf,
  UndecodableEvent,
  versionSubject,
  type WildcatEvent,
} from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import { type Upcasters, upcast, versionOf } from '../../src/events/upcast.ts';
import * as made from '../support/events.ts';

const AT = '2026-01-01T00:00:01.000Z';
const meta = { account: 'shop', gen: 1, occurredAt: '2026-01-01T00:00:00.000Z' };
const stored = (event: WildcatEvent, over: Partial<NewEvent> = {}): string =>
  encodeEvent({ ...event, ...meta, ...over } as NewEvent<WildcatEvent>, 'shop.1/k', AT);
const change = (json: string, over: object): string => JSON.stringify({ ...JSON.parse(json), ...over });

describe('the codec', () => {
  it('gives back what it stored', () => {
    const event = made.received('W1', { pushName: 'Ann \u0000 \ud83d\ude00 \ud800' });
    const { id, ...back } = decodeEvent('s', 7, stored(event, { epoch: 5, raw: 'AAAA', corr: 'r1' }));
    assert.deepEqual(back, { ...event, ...meta, epoch: 5, raw: 'AAAA', corr: 'r1', v: 1, at: AT, seq: 7 });
    assert.match(id, /^[0-9a-f]{32}$/);
  });

  it('leaves out what it does not know', () => {
    const json = stored(made.received('W1'));
    const { data } = JSON.parse(json);
    const event = decodeEvent('s', 7, change(json, { news: 1, data: { ...data, news: { deep: true } } }));
    assert.deepEqual(event, decodeEvent('s', 7, json));
  });

  it('says which event it can not read, and why', () => {
    const good = stored(made.received('W1'));
    const bad: [why: RegExp, json: string][] = [
      [/JSON/, '{'],
      [/JSON/, ''],
      [/expected object/, 'null'],
      [/unknown event type message.teleported/, change(good, { type: 'message.teleported' })],
      [/unknown event type constructor/, change(good, { type: 'constructor' })],
      [/message.received version 9 is newer than this build/, change(good, { v: 9 })],
      [/v/, change(good, { v: 0 })],
      [/waId/, change(good, { data: {} })],
      [/occurredAt/, change(good, { occurredAt: 'yesterday' })],
      [/account/, change(good, { account: 7 })],
    ];
    for (const [why, json] of bad)
      assert.throws(
        () => decodeEvent('wildcat.shop.message.received.p1', 7, json),
        (error) => {
          assert.ok(error instanceof UndecodableEvent && error.seq === 7);
          assert.ok(error.message.startsWith('event 7 on wildcat.shop.message.received.p1 '));
          assert.match(error.message, why);
          return true;
        },
      );
  });

  it('puts what it is before who it is about into the subject', () => {
    const on = (event: WildcatEvent): string => subjectOf({ ...event, account: 'shop' });
    assert.equal(on(made.received('W1')), 'wildcat.shop.message.received.l100000000000001');
    assert.equal(
      on(made.received('W1', { chat: made.GROUP })),
      'wildcat.shop.message.received.g120363000000000001',
    );
    assert.equal(on(made.sent('W1')), 'wildcat.shop.message.sent.l100000000000001');
    assert.equal(on(made.created()), 'wildcat.shop.account.created._');
    assert.equal(on(made.linked()), 'wildcat.shop.identity.linked.l100000000000001');
    assert.equal(versionSubject('shop', 'account'), 'wildcat.shop.account.version._');
  });

  it('has a name for every event that is aggregate.past_tense, none of them the fence', () => {
    for (const type of Object.keys(catalogue)) {
      assert.match(type, /^[a-z]+\.[a-z]+(_[a-z]+)*$/);
      assert.ok(!type.endsWith('.version'));
    }
  });
});

describe('upcasting', () => {
  // a message.received whose text was once called `body`, and whose time was once in milliseconds
  const upcasters: Upcasters = {
    'message.received': [
      (data) => {
        const { body, ...rest } = data as { body: string };
        return { ...rest, content: { type: 'text', text: body } };
      },
      (data) => {
        const { ms, ...rest } = data as { ms: number };
        return { ...rest, timestamp: ms / 1_000 };
      },
    ],
  };
  const old = { waId: 'W1', chat: made.ANN, from: made.ANN, body: 'text of W1', ms: made.NOW * 1_000 };

  it('lifts every version to the newest, step by step', () => {
    const now = made.received('W1').data;
    const second = upcasters['message.received']?.[0]?.(old);
    assert.equal(versionOf('message.received', upcasters), 3);
    assert.deepEqual(upcast('message.received', 1, old, upcasters), now);
    assert.deepEqual(upcast('message.received', 2, second, upcasters), now);
    assert.deepEqual(upcast('message.received', 3, now, upcasters), now);
    assert.doesNotThrow(() =>
      catalogue['message.received'].parse(upcast('message.received', 1, old, upcasters)),
    );
  });

  it('refuses what is newer than this build', () => {
    assert.throws(() => upcast('message.received', 4, old, upcasters), /version 4 is newer .* up to 3/);
    assert.throws(() => upcast('message.sent', 2, old, upcasters), /version 2 is newer .* up to 1/);
  });
});
