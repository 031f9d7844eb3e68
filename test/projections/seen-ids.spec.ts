import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createSeenIds } from '../../src/projections/seen-ids.ts';

it('never denies what was added, however much there is', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.nat({ max: 50 }), (ids, expected) => {
      const seen = createSeenIds(expected);
      for (const id of ids) seen.add(id);
      assert.ok(ids.every(seen.mayHave));
    }),
  );
});

it('denies nearly everything else, though ids look alike', () => {
  const seen = createSeenIds(20_000);
  const idAt = (n: number): string =>
    `shop/l20000000001${n % 100}/l20000000001${n % 100}/3EB0${n.toString(16)}`;
  for (let n = 0; n < 20_000; n++) seen.add(idAt(n));
  const strangers = Array.from({ length: 20_000 }, (_, n) => idAt(20_000 + n));
  const passed = strangers.filter(seen.mayHave).length;
  assert.ok(passed < 200, `${passed} of 20000 passed`);
});
