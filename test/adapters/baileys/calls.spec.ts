import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createCalls } from '../../../src/adapters/baileys/calls.ts';
import { ownerOf } from '../../support/baileys.ts';

const ANN = '111@lid';
const date = new Date(1_700_000_000_000);

it('remembers the hundred newest calls that ring, however many are never said to be over', () => {
  const { account, gen } = ownerOf('shop', 1);
  const told: string[] = [];
  const calls = createCalls(
    {
      recorder: { fact: (event, occurredAt) => ({ account, gen, occurredAt, ...event }) },
      record: ({ event }) => void told.push(event.type),
      directory: { me: () => ({ pn: null, lid: null }), lidOf: () => undefined, pnOf: () => undefined },
    },
    () => date,
  );
  for (let n = 0; n <= 100; n++)
    calls.taps.call?.([{ id: `C${n}`, chatId: ANN, from: ANN, date, offline: false, status: 'offer' }]);
  assert.deepEqual(
    ['C0', 'C1', 'C100'].map((id) => calls.ringing(id)),
    [null, ANN, ANN],
  );
  assert.equal(told.length, 101);
});
