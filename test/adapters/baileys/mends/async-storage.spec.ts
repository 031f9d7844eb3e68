import assert from 'node:assert/strict';
import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { before, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addTransactionCapability } from '@whiskeysockets/baileys';
import { shareAsyncStorage } from '../../../../src/adapters/baileys/mends/async-storage.ts';
import { silentLog } from '../../../support/silent-log.ts';

before(() => {
  // as Node 22 and 24 have it
  const real = AsyncLocalStorage;
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { get: () => real, configurable: true });
  shareAsyncStorage();
});

const logger = { ...silentLog, trace: () => undefined };

const symbolsOfPromise = (): number => Object.getOwnPropertySymbols(Promise.resolve()).length;
/** Before any storage was used: node:test has hooks of its own. */
const untouched = symbolsOfPromise();

it('keeps promises as they are, however many sockets there were', async () => {
  const transact = async (): Promise<boolean> => {
    const store = { get: async () => ({}), set: async () => undefined };
    const keys = addTransactionCapability(store as never, logger as never, {
      maxCommitRetries: 1,
      delayBetweenTriesMs: 1,
    });
    await keys.transaction(async () => assert.equal(keys.isInTransaction(), true), 'me');
    return keys.isInTransaction();
  };
  for (let n = 0; n < 30; n++) assert.equal(await transact(), false);
  assert.equal(symbolsOfPromise(), untouched);
});

it('keeps contexts while any is in use, however it ends, and is off once none is', async () => {
  const storage = new AsyncLocalStorage<string>();
  const later = async (): Promise<string | undefined> => {
    await nextTurn();
    return storage.getStore();
  };
  const long = storage.run('long', async () => {
    await nextTurn();
    return [await later(), await storage.run('inner', later), await later()];
  });
  assert.equal(
    storage.run('short', () => storage.getStore()),
    'short',
  );
  await assert.rejects(
    storage.run('failing', async () => {
      await nextTurn();
      throw new Error(storage.getStore());
    }),
    /failing/,
  );
  assert.deepEqual(await long, ['long', 'inner', 'long']);
  await nextTurn();
  assert.equal(symbolsOfPromise(), untouched);
});

it('tells storages and chains of promises apart', async () => {
  const [one, other] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
  const seen = async (): Promise<(string | undefined)[]> => {
    await nextTurn();
    return [one.getStore(), other.getStore()];
  };
  const [both, alone, left, none] = await Promise.all([
    one.run('a', () => other.run('b', seen)),
    one.run('c', seen),
    one.run('d', () => other.run('e', () => one.exit(seen))),
    seen(),
  ]);
  assert.deepEqual(
    [both, alone, left, none],
    [
      ['a', 'b'],
      ['c', undefined],
      [undefined, 'e'],
      [undefined, undefined],
    ],
  );
});

it('does what else a storage does', async () => {
  const storage = new AsyncLocalStorage<number>();
  const sum = (...more: number[]): number => more.reduce((so, n) => so + n, storage.getStore() ?? 0);
  assert.equal(storage.run(1, sum, 2, 3), 6);
  await Promise.resolve().then(() => {
    storage.enterWith(7);
    assert.equal(storage.getStore(), 7);
    const kept = AsyncLocalStorage.snapshot();
    assert.equal(
      storage.run(8, () => kept(() => storage.getStore())),
      7,
    );
    storage.disable();
    assert.equal(storage.getStore(), undefined);
  });
  assert.throws(() => storage.run(1, () => assert.fail('mine')), /mine/);
  assert.equal(storage.getStore(), undefined);
});
