import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { publicEvent, toPublicEvent } from '../../src/events/public.ts';
import * as made from '../support/events.ts';

const about = {
  account: 'shop',
  gen: 1,
  id: 'f'.repeat(32),
  v: 1,
  at: '2026-01-01T00:00:01.000Z',
  occurredAt: '2026-01-01T00:00:00.000Z',
  seq: 7,
};

describe('the published form of an event', () => {
  it('is a CloudEvent that names its place and the one before it', () => {
    const event = { ...made.received('W1'), ...about, corr: 'r1', cause: 'c1' };
    const shown = toPublicEvent(event, 5);
    assert.deepEqual(shown, {
      specversion: '1.0',
      id: about.id,
      source: '/accounts/shop',
      type: 'message.received',
      subject: made.ANN.jid,
      time: about.occurredAt,
      datacontenttype: 'application/json',
      account: 'shop',
      position: 7,
      previous: 5,
      dataversion: 1,
      recordedat: about.at,
      causeid: 'c1',
      requestid: 'r1',
      data: event.data,
    });
    assert.deepEqual(publicEvent.parse(shown), shown);
    for (const name of Object.keys(shown)) assert.match(name, /^[a-z0-9]{1,20}$/);
  });

  it('shows neither protos nor secrets', () => {
    const event = made.sendRequested('W1', {
      quotedKey: { participant: '', fromMe: false, raw: 'PROTO-OF-QUOTED' },
      pollSecret: 'POLL-SECRET',
      bodyHash: 'BODY-HASH',
    });
    const text = JSON.stringify(toPublicEvent({ ...event, ...about, raw: 'RAW-PROTO' }, 0));
    assert.doesNotMatch(text, /PROTO|SECRET|HASH/);
    assert.match(text, /text of W1/);
  });
});
