import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVENT_TYPES } from '../../src/events/codec.ts';
import { admitsPurged, isTypePattern, matches, subjectsOf } from '../../src/events/filter.ts';

const filter = (types: readonly string[], accounts: readonly string[] = []) => ({ types, accounts });
const event = (type: 'message.received' | 'account.created', account = 'shop') => ({ type, account });

describe('a filter of events', () => {
  it('takes patterns that mean something, and no others', () => {
    for (const good of ['*', 'message.*', 'message.received', 'account.logged_out'])
      assert.ok(isTypePattern(good), good);
    for (const bad of [
      '',
      'message',
      'message.',
      '.*',
      'message.teleported',
      'mess*',
      '*.*',
      'message.*.x',
      'MESSAGE.*',
    ])
      assert.ok(!isTypePattern(bad), bad);
    assert.ok(EVENT_TYPES.includes('message.received'));
  });

  it('lets through what one of its patterns and one of its accounts admit', () => {
    assert.ok(matches(filter([]), event('message.received')));
    assert.ok(matches(filter(['*']), event('account.created')));
    assert.ok(matches(filter(['account.*', 'message.received']), event('message.received')));
    assert.ok(!matches(filter(['message.sent']), event('message.received')));
    assert.ok(!matches(filter(['message.*']), event('account.created')));
    assert.ok(!matches(filter([], ['other']), event('message.received')));
    assert.ok(matches(filter([], ['other', 'shop']), event('message.received')));
  });

  it('reads no more than it must, and no subject twice', () => {
    assert.deepEqual(subjectsOf(filter([])), ['wildcat.>']);
    assert.deepEqual(subjectsOf(filter(['*', 'message.*'])), ['wildcat.>']);
    assert.deepEqual(subjectsOf(filter(['message.*', 'message.sent', 'message.*'])), ['wildcat.*.message.>']);
    assert.deepEqual(subjectsOf(filter(['message.sent', 'account.*'], ['a', 'b', 'a'])), [
      'wildcat.a.message.sent.>',
      'wildcat.a.account.>',
      'wildcat.b.message.sent.>',
      'wildcat.b.account.>',
    ]);
    assert.deepEqual(subjectsOf(filter([], ['a'])), ['wildcat.a.>']);
  });
});

it('knows whether a purge takes anything of what it lets through', () => {
  for (const one of [
    filter([]),
    filter(['message.*']),
    filter(['contact.*']),
    filter(['account.*', '*']),
    filter([], ['shop', '_sys']),
  ])
    assert.equal(admitsPurged(one), true);
  for (const one of [filter(['account.*', 'webhook.paused', 'contact.blocked']), filter([], ['_sys'])])
    assert.equal(admitsPurged(one), false);
});
