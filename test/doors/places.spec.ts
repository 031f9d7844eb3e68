import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPlaces } from '../../src/doors/places.ts';
import { hasCode } from '../../src/errors.ts';

const here = () => new AbortController();
const refuses = (take: () => unknown, code: Parameters<typeof hasCode>[1]) =>
  assert.throws(take, (error) => hasCode(error, code));

it('has so many places, each free again once it is left or its consumer has hung up, and only once', () => {
  const places = createPlaces(2);
  const hanging = here();
  let left = 0;
  const first = places.take('poll', here().signal);
  const second = places.take('stream', hanging.signal);
  second.onLeave(() => {
    left += 1;
  });
  assert.deepEqual(places.taken(), { poll: 1, stream: 1, socket: 0 });
  refuses(() => places.take('socket', here().signal), 'throttled');
  hanging.abort();
  second.leave();
  assert.deepEqual([left, places.taken().stream], [1, 0]);
  const third = places.take('socket', here().signal);
  first.leave();
  first.leave();
  assert.ok(first.signal.aborted);
  assert.deepEqual([places.taken(), third.signal.aborted], [{ poll: 0, stream: 0, socket: 1 }, false]);
});

it('gives none to a consumer that is gone already', () => {
  const places = createPlaces(1);
  assert.ok(places.take('poll', AbortSignal.abort()).signal.aborted);
  assert.equal(places.taken().poll, 0);
});

it('asks all to end, waits until they have left, and takes nobody in any more', async () => {
  const places = createPlaces(2);
  const [one, other] = [places.take('poll', here().signal), places.take('stream', here().signal)];
  let isClosed = false;
  const closed = places.close(60_000).then(() => {
    isClosed = true;
  });
  assert.ok(one.signal.aborted && other.signal.aborted);
  refuses(() => places.take('poll', here().signal), 'unavailable');
  one.leave();
  await turn();
  assert.equal(isClosed, false);
  other.leave();
  await closed;
});

it('waits no longer than it is told to for those that do not leave', async () => {
  const places = createPlaces(1);
  places.take('socket', here().signal);
  await places.close(1);
  assert.equal(places.taken().socket, 1);
});
