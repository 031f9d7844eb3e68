import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { originHeaders, originOf, seriesOf } from '../../src/archive/origin.ts';

const manifestOf = (created: string, to: number): Manifest =>
  ({ stream: { name: 'WILDCAT', created }, account: null, from: 1, to, segments: [{ last: to }] }) as never;

it('tells where an import stopped, whatever an import before that one said', () => {
  // the last of a log that was purged often: 400,000 messages of a million came into the next one
  const first = originHeaders({ headers: {}, seq: 1_000_000 }, seriesOf(manifestOf('A', 1_000_000)));
  assert.equal(
    originOf({ headers: first, seq: 400_000 } as never, seriesOf(manifestOf('A', 1_000_000)))?.position,
    1_000_000,
  );
  const second = seriesOf(manifestOf('B', 1_200_000));
  const headers = originHeaders({ headers: first, seq: 400_000 }, second);
  assert.equal(originOf({ headers, seq: 400_000 } as never, second)?.position, 400_000);
});
