import assert from 'node:assert/strict';
import { it } from 'node:test';
import { toldToOperators } from '../../src/compose/operators.ts';
import { hasCode, unreadable } from '../../src/errors.ts';
import { UndecodableEvent } from '../../src/events/codec.ts';

it('an event of a newer version is told in a line that names it and the mend, wherever it was met', () => {
  const event = new UndecodableEvent(7, 'wildcat.shop.account.suspended._', new Error('unknown event type'));
  for (const met of [event, unreadable(7, event)]) {
    const told = toldToOperators(met);
    assert.ok(hasCode(told, 'misconfigured'));
    assert.match(told.message, /^event 7 on .*unknown event type: update Wildcat$/);
  }
});
