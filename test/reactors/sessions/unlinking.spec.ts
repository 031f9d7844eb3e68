import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type Unlinking, unlinkStep } from '../../../src/reactors/sessions/unlinking.ts';

const begun: Unlinking = { until: 1_000, result: 'pending' };

it('logs out over the socket that is open', () => {
  assert.equal(unlinkStep(begun, { isOpen: true }, 0), 'logout');
});

it('opens a socket for it, and waits for that', () => {
  assert.equal(unlinkStep(begun, null, 0), 'open');
  assert.equal(unlinkStep(begun, { isOpen: false }, 999), 'wait');
});

it('closes the socket first and finishes then, whether it was done, is hopeless or takes too long', () => {
  for (const over of [
    { ...begun, result: 'done' },
    { ...begun, result: 'hopeless' },
  ] as const) {
    assert.equal(unlinkStep(over, { isOpen: true }, 0), 'close');
    assert.equal(unlinkStep(over, null, 0), 'finish');
  }
  assert.equal(unlinkStep(begun, { isOpen: false }, 1_000), 'close');
  assert.equal(unlinkStep(begun, null, 1_000), 'finish');
});
