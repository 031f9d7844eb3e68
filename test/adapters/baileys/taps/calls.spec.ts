import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCalls } from '../../../../src/adapters/baileys/taps/calls.ts';
import type { WildcatEvent } from '../../../../src/events/codec.ts';

const ANN = '111@lid';
const date = new Date(1_700_000_000_000);

/** Calls whose events go to `told`. */
const callsOf = (told: WildcatEvent[]) =>
  createCalls(
    {
      tell: (event) => void told.push(event),
      directory: { me: () => ({ pn: null, lid: null }), lidOf: () => undefined, pnOf: () => undefined },
    },
    () => date,
  );
const offer = (id: string, at = date) =>
  ({ id, chatId: ANN, from: ANN, date: at, offline: false, status: 'offer' }) as const;

it('tells of a call whose time is none', () => {
  const told: WildcatEvent[] = [];
  callsOf(told).taps.call?.([offer('C1', new Date(Number.NaN)), offer('C2')]);
  assert.deepEqual(
    told.map(({ data }) => 'timestamp' in data && data.timestamp),
    [0, 1_700_000_000],
  );
});

it('remembers the hundred newest calls that ring, however many are never said to be over', () => {
  const told: WildcatEvent[] = [];
  const calls = callsOf(told);
  for (let n = 0; n <= 100; n++) calls.taps.call?.([offer(`C${n}`)]);
  assert.deepEqual(
    ['C0', 'C1', 'C100'].map((id) => calls.ringing(id)),
    [null, ANN, ANN],
  );
  assert.equal(told.length, 101);
});
