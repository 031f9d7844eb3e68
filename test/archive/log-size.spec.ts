import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isNearlyFull, watchLogSize } from '../../src/compose/log-size.ts';
import type { Logger } from '../../src/ports/logger.ts';

it('the log is nearly full from 80 % of its limit on, if it has one', () => {
  assert.equal(isNearlyFull({ bytes: 799, maxBytes: 1_000 }), false);
  assert.equal(isNearlyFull({ bytes: 800, maxBytes: 1_000 }), true);
  assert.equal(isNearlyFull({ bytes: 800, maxBytes: -1 }), false);
});

it('that is told once, until there is room again, and silence of the log is nothing new', async () => {
  const told: string[] = [];
  const nothing = (): void => undefined;
  const logger: Logger = {
    debug: nothing,
    info: () => void told.push('room'),
    warn: () => void told.push('full'),
    error: nothing,
    child: () => logger,
  };
  const ending = new AbortController();
  const sizes = [1, 90, null, 95, 96, 20, 85];
  const state = () => {
    const bytes = sizes.shift();
    if (bytes === undefined) ending.abort();
    if (typeof bytes !== 'number') return Promise.reject(new Error('away'));
    return Promise.resolve({
      created: '',
      firstSeq: 1,
      lastSeq: 1,
      messages: 1,
      bytes,
      maxBytes: 100,
      purgedUpto: 0,
    });
  };
  await watchLogSize({ state }, logger, ending.signal, 1);
  assert.deepEqual(told, ['full', 'room', 'full']);
});
