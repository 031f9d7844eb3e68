import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import { syncBuiltinESMExports } from 'node:module';

/** All of these keep what they hold in one real storage, each under a key of its own. */
const sharing = (real: AsyncLocalStorage<ReadonlyMap<object, unknown>>): typeof AsyncLocalStorage =>
  class<T> extends AsyncLocalStorage<T> {
    #key = {};
    #withStore(store: T | undefined): ReadonlyMap<object, unknown> {
      return new Map(real.getStore()).set(this.#key, store);
    }
    override run<R, Args extends unknown[]>(store: T, act: (...args: Args) => R, ...args: Args): R {
      return real.run(this.#withStore(store), act, ...args);
    }
    override exit<R, Args extends unknown[]>(act: (...args: Args) => R, ...args: Args): R {
      return real.run(this.#withStore(undefined), act, ...args);
    }
    override getStore(): T | undefined {
      // nobody else has the key
      return real.getStore()?.get(this.#key) as T | undefined;
    }
    override enterWith(store: T): void {
      real.enterWith(this.#withStore(store));
    }
    override disable(): void {
      this.#key = {};
    }
  };

/** From here on Node itself hands a context on, and a storage more costs nothing (AsyncContextFrame). */
const CHEAP_SINCE = 24;

let isDone = false;

/**
 * Makes every AsyncLocalStorage that is made from now on share a single real one. Baileys makes one for each socket
 * (addTransactionCapability in auth-utils.js), and in Nodes before 24 each that was ever used is written to every
 * promise of the process for good (storageList in lib/async_hooks.js): with each account and each reconnect everything
 * would become slower.
 */
export const shareAsyncStorage = (): void => {
  if (isDone || Number.parseInt(process.versions.node, 10) >= CHEAP_SINCE) return;
  isDone = true;
  // from Node 22 on it is a getter, which can't be assigned to
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: sharing(new AsyncLocalStorage()) });
  syncBuiltinESMExports();
};
