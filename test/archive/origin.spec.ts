import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Manifest } from '../../src/archive/manifest.ts';
import { originHeaders, originOf, resumeAfter, seriesOf } from '../../src/archive/origin.ts';
import { hasCode } from '../../src/errors.ts';

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

it('goes on after what the archive before covered, and only there', () => {
  const before = manifestOf('A', 10);
  // its newest message stands at 8: 9 and 10 were purged
  const series = { ...seriesOf(before), last: 8 };
  const headers = originHeaders({ headers: {}, seq: 8 }, series);
  const last = { headers } as never;
  const state = { lastSeq: 5 } as never;
  const next = (from: number): Manifest => ({ ...manifestOf('A', 20), from });
  assert.equal(resumeAfter(next(11), state, last), 10);
  assert.throws(
    () => resumeAfter(next(12), state, last),
    (error) => hasCode(error, 'invalid'),
  );
  assert.equal(resumeAfter(next(12), { lastSeq: 0 } as never, null), 0);
  const foreign = { headers: { ...headers, 'Wildcat-Origin': 'WILDCAT/x' } } as never;
  for (const [manifest, end] of [
    [manifestOf('B', 20), last],
    [next(11), null],
    [next(11), foreign],
  ] as const)
    assert.throws(
      () => resumeAfter(manifest, state, end),
      (error) => hasCode(error, 'already_exists'),
    );
});
