import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Logger } from '../../src/ports/logger.ts';
import { retryUntilDone } from '../../src/reactors/retry-until-done.ts';

it('tells one and the same trouble now and then, not every time', async () => {
  let told = 0;
  const ignore = (): void => {};
  const warn = (): void => {
    told += 1;
  };
  const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore, child: () => logger };
  const { signal } = new AbortController();
  const troubles = [
    ...Array.from({ length: 50 }, () => 'NATS is away'),
    'MongoDB is away',
    'MongoDB is away',
  ];
  const act = async (): Promise<string> => {
    const trouble = troubles.shift();
    if (trouble !== undefined) throw new Error(trouble);
    return 'done';
  };
  assert.equal(await retryUntilDone(act, { logger, signal, againMs: 0 }), 'done');
  assert.equal(told, 2);
});
