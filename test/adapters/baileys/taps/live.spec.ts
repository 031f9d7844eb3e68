import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Directory } from '../../../../src/adapters/baileys/reading/addresses.ts';
import { liveSignals } from '../../../../src/adapters/baileys/taps/live.ts';
import { liveSignal, liveSubject } from '../../../../src/events/live.ts';

const directory: Directory = {
  me: () => ({ pn: '491500:7@s.whatsapp.net', lid: '900:7@lid' }),
  lidOf: (user) => (user === '4915111111' ? '111' : undefined),
  pnOf: (user) => (user === '111' ? '4915111111' : undefined),
};
const ANN = { jid: '111@lid', alt: '4915111111@s.whatsapp.net' };
const when = { account: 'shop', at: '2026-01-01T00:00:00.000Z' };

it('tells who is there and who writes where, on subjects of their own', () => {
  const [there, away, typing] = [
    liveSignals(
      { id: ANN.jid, presences: { [ANN.jid]: { lastKnownPresence: 'available' } } },
      directory,
      when,
    ),
    liveSignals(
      { id: ANN.alt, presences: { [ANN.alt]: { lastKnownPresence: 'unavailable', lastSeen: 7 } } },
      directory,
      when,
    ),
    liveSignals(
      { id: '123-456@g.us', presences: { [ANN.alt]: { lastKnownPresence: 'recording' } } },
      directory,
      when,
    ),
  ].flat();
  assert.deepEqual(there, { type: 'presence', ...when, chat: ANN, from: ANN, state: 'available' });
  assert.deepEqual(away, {
    type: 'presence',
    ...when,
    chat: ANN,
    from: ANN,
    state: 'unavailable',
    lastSeen: 7,
  });
  assert.ok(typing);
  assert.deepEqual(liveSignal.parse(typing), {
    type: 'typing',
    ...when,
    chat: { jid: '123-456@g.us' },
    from: ANN,
    state: 'recording',
  });
  assert.equal(liveSubject(typing), 'wildcat-live.shop.typing.g123-456');
  assert.ok(there && liveSubject(there) === 'wildcat-live.shop.presence.l111');
});

it('is silent about oneself and about times that are none', () => {
  const me = { '900@lid': { lastKnownPresence: 'composing' as const } };
  assert.deepEqual(liveSignals({ id: ANN.jid, presences: me }, directory, when), []);
  const odd = { [ANN.jid]: { lastKnownPresence: 'unavailable' as const, lastSeen: Number.NaN } };
  assert.equal(liveSignals({ id: ANN.jid, presences: odd }, directory, when)[0]?.lastSeen, undefined);
});
