import assert from 'node:assert/strict';
import { beforeEach, it } from 'node:test';
import { createStanding } from '../../../src/reactors/webhooks/standing.ts';
import { silentLog as logger } from '../../support/silent-log.ts';

const PAUSED_UNTIL = '2026-01-02T00:00:00.000Z';
const START = Date.parse(PAUSED_UNTIL);
let kept: number | null;
let written: (number | null)[];
let broken: boolean;
const deliveries = {
  failingSince: async () => kept,
  setFailingSince: async (_: string, since: number | null) => {
    if (broken) throw new Error('database away');
    written.push(since);
    kept = since;
  },
};
const loaded = async () => {
  const standing = createStanding({ deliveries, logger }, { id: 'wh_1', activeSince: PAUSED_UNTIL });
  await standing.load();
  return standing;
};

beforeEach(() => {
  kept = null;
  written = [];
  broken = false;
});

it('counts from the first failure on, which it tells from later ones, until something is delivered', async () => {
  const standing = await loaded();
  assert.equal(standing.failingFor(START), 0);
  const begins = [false, false, true, true, false].map((isFine, n) => standing.attempted(isFine, START + n));
  assert.deepEqual(begins, [true, false, false, false, true]);
  assert.equal(standing.failingFor(START + 10), 6);
});

it('goes on counting after a restart, but not from before a pause', async () => {
  kept = START;
  const standing = await loaded();
  assert.equal(standing.attempted(false, START + 5), false);
  assert.equal(standing.failingFor(START + 5), 5);
  kept = START - 1;
  assert.equal((await loaded()).failingFor(START + 5), 0);
});

it('writes down what has changed, at the latest when it closes, and again where that went wrong', async () => {
  const standing = await loaded();
  await standing.close();
  assert.deepEqual(written, []);
  standing.attempted(false, START);
  broken = true;
  await standing.close();
  broken = false;
  await standing.close();
  standing.save();
  standing.attempted(true, START + 1);
  standing.save();
  await standing.close();
  await standing.close();
  assert.deepEqual(written, [START, null]);
});

it('writes one after the other', async () => {
  const standing = await loaded();
  for (const isFine of [false, true, false]) {
    standing.attempted(isFine, START);
    standing.save();
  }
  standing.attempted(true, START);
  await standing.close();
  assert.deepEqual(written, [START, null]);
});
