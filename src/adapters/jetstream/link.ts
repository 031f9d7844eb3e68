import type { NatsConnection } from '@nats-io/transport-node';

/** Whether the connection is there, as seen by those who must not publish into the void. */
export type Link = Readonly<{
  isUp: () => boolean;
  /** Closed for good, by us. */
  isClosed: () => boolean;
  /** Called after every reconnect, before anything new is sent. Returns the way to stop it. */
  onUp: (listener: () => void) => () => void;
  /** Resolves with whether the connection is there, after `ms` at the latest or once it is closed for good. */
  whenUp: (ms: number) => Promise<boolean>;
}>;

/** Watches a connection until it is closed. */
export const watchLink = (nc: NatsConnection): Link => {
  const listeners = new Set<() => void>();
  let up = true;
  // The status comes a few microtasks late; the server's INFO is gone in the very moment of a new dial.
  const isUp = (): boolean => up && nc.info !== undefined && !nc.isClosed();

  const watch = async (): Promise<void> => {
    for await (const { type } of nc.status()) {
      if (type === 'disconnect') up = false;
      if (type !== 'reconnect') continue;
      up = true;
      for (const listener of [...listeners]) listener();
    }
    up = false;
  };
  void watch();

  const onUp = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const whenUp = async (ms: number): Promise<boolean> => {
    if (isUp()) return true;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const stop = onUp(settle);
      const timer = setTimeout(settle, Math.max(0, ms));
      void nc.closed().then(settle);
    });
    return isUp();
  };
  return { isUp, isClosed: () => nc.isClosed(), onUp, whenUp };
};

/**
 * What was asked of the server, or an error as soon as the connection is a new one: what was asked over the old one
 * is never answered, and would otherwise be waited for until it times out.
 */
export const whileLinked = async <T>(link: Pick<Link, 'onUp'>, asked: Promise<T>): Promise<T> => {
  let forget = (): void => {};
  const renewed = new Promise<never>((_, reject) => {
    forget = link.onUp(() => reject(new Error('the connection was renewed')));
  });
  return Promise.race([asked, renewed]).finally(forget);
};
