import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { originHeaders, originOf, seriesOf } from '../../src/archive/origin.ts';

const manifestOf = (created: string, to: number): Manifest =>
  ({ stream: { name: 'WILDCAT', created }, account: null, from: 1, to, segments: [{ last: to }] }) as never;

it('tells where an import stopped, whatever an import before that one said', () => {
  // the last of a log that was purged often: 400,000 messages of a million came into the next one
  const first = seriesOf(manifestOf('A', 1_000_000));
  const imported = originHeaders({ headers: {}, seq: 1_000_000 }, first);
  assert.deepEqual(originOf({ headers: imported }, first), { position: 1_000_000, covered: 1_000_000 });
  // … which is exported in its turn; this is the last one that was imported of it
  const second = seriesOf(manifestOf('B', 1_200_000));
  const headers = originHeaders({ headers: imported, seq: 400_000 }, second);
  assert.deepEqual(originOf({ headers }, second), { position: 400_000, covered: 400_000 });
});
