import assert from 'node:assert/strict';
import { it } from 'node:test';
import { oldestFor } from '../../src/doors/standing.ts';

const purged = { firstSeq: 3, lastSeq: 90, purgedUpto: 50 };
const all = { types: [], accounts: [] };

it('has everything behind a purge, and of what a purge leaves all that the log holds', () => {
  assert.equal(oldestFor(purged, all), 50);
  assert.equal(oldestFor(purged, { ...all, types: ['message.*', 'account.*'] }), 50);
  assert.equal(oldestFor(purged, { ...all, types: ['account.*', 'contact.blocked'] }), 2);
  assert.equal(oldestFor(purged, { ...all, accounts: ['_sys'] }), 2);
});
