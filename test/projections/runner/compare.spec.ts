import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Stored } from '../../../src/ports/view-store.ts';
import { compareBuilds } from '../../../src/projections/runner/compare.ts';

/** As MongoDB sorts: by the bytes of UTF-8. */
const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

it('names a document that is missing, whatever script its id is in', async () => {
  const common = Array.from({ length: 499 }, (_, n) => `shop/a${String(n).padStart(3, '0')}`).concat(
    'shop/\u{20BB7}',
    'shop/\u{20BB8}',
  );
  const tables: Record<string, string[]> = { view: [...common, 'shop/\uFA11'], fold: common };
  const store = {
    page: async (name: string, after: string | null, max: number): Promise<Stored[]> =>
      (tables[name] ?? [])
        .filter((id) => after === null || byBytes(id, after) > 0)
        .sort(byBytes)
        .slice(0, max)
        .map((_id) => ({ _id })),
    load: async (name: string, ids: readonly string[]) =>
      new Map(ids.filter((id) => tables[name]?.includes(id)).map((_id) => [_id, { _id }])),
    checkpoints: async () =>
      ['view', 'fold'].map((id) => ({ id, position: 1, stream: 's', live: true, stop: null })),
  };
  const verdict = await compareBuilds(
    store,
    { view: 'view', fold: 'fold' },
    [{ name: 'vocabulary', view: 'view', fold: 'fold' }],
    1,
  );
  assert.deepEqual(verdict.differences, [
    { collection: 'vocabulary', id: 'shop/\uFA11', kind: 'extra', fields: [] },
  ]);
});
