const SLICE_MS = 25;

/** Resolves at once while the current slice of 25 ms lasts, else after other work has had its turn. */
export type Pace = () => Promise<void>;

/**
 * Baileys handles a burst as one chain of microtasks: without a break there is no PubAck, ping or HTTP answer for
 * seconds. One pacer serves all sessions of a process, since they share its event loop.
 */
export const createPace = (now: () => number): Pace => {
  let began = now();
  return async () => {
    if (now() - began < SLICE_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    began = now();
  };
};
