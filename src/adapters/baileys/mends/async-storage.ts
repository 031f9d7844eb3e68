import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

type RealStorage = AsyncLocalStorage<ReadonlyMap<object, unknown>>;

/**
 * Runs acts in the storage, and switches it off while none is under way: a promise counts as its act until it settles.
 * What outlives its act finds nothing stored.
 */
const switching = (real: RealStorage) => {
  let inUse = 0;
  const end = (): void => {
    inUse -= 1;
    if (inUse === 0) real.disable();
  };
  return {
    run: <R>(store: ReadonlyMap<object, unknown>, act: () => R): R => {
      inUse += 1; // running switches it on
      let result: R;
      try {
        result = real.run(store, act);
      } catch (error) {
        end();
        throw error;
      }
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    },
    enterWith: (store: ReadonlyMap<object, unknown>): void => {
      inUse += 1; // nobody can tell when that ends
      real.enterWith(store);
    },
  };
};

/** All of these keep what they hold in one real storage, each under a key of its own. */
const sharing = (real: RealStorage): typeof AsyncLocalStorage => {
  const { run, enterWith } = switching(real);
  return class<T> extends AsyncLocalStorage<T> {
    #key = {};
    #withStore(store: T | undefined): ReadonlyMap<object, unknown> {
      return new Map(real.getStore()).set(this.#key, store);
    }
    override run<R, Args extends unknown[]>(store: T, act: (...args: Args) => R, ...args: Args): R {
      return run(this.#withStore(store), () => act(...args));
    }
    override exit<R, Args extends unknown[]>(act: (...args: Args) => R, ...args: Args): R {
      return run(this.#withStore(undefined), () => act(...args));
    }
    override getStore(): T | undefined {
      // nobody else has the key
      return real.getStore()?.get(this.#key) as T | undefined;
    }
    override enterWith(store: T): void {
      enterWith(this.#withStore(store));
    }
    override disable(): void {
      this.#key = {};
    }
  };
};

/** From here on Node itself hands a context on, and a storage more costs nothing (AsyncContextFrame). */
const CHEAP_SINCE = 24;

let isDone = false;

/**
 * Makes every AsyncLocalStorage that is made from now on share a single real one, which is on only while something runs
 * in it. Baileys makes one for each socket (addTransactionCapability in auth-utils.js), and in Nodes before 24 each that
 * was ever used is written to every promise of the process for good (storageList and hooks in lib/async_hooks.js): with
 * each account and each reconnect everything would become slower.
 */
export const shareAsyncStorage = (): void => {
  if (isDone || Number.parseInt(process.versions.node, 10) >= CHEAP_SINCE) return;
  isDone = true;
  // from Node 22 on it is a getter, which can't be assigned to
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: sharing(new AsyncLocalStorage()) });
  syncBuiltinESMExports();
};
