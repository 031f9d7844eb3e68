export type Stillness = Readonly<{
  /** A piece of what had waited on the server was worked on. */
  stir: () => void;
  /** Resolves once nothing has happened for 50 ms, after 15 s at the latest. */
  wait: () => Promise<void>;
}>;

const STILL_MS = 50;
const PATIENCE_MS = 15_000;

/**
 * rc14 says that the offline phase is over when its last stanza has arrived, and works through what arrived only
 * then, one by one and without another word: it is done when it has gone quiet.
 */
export const createStillness = (now: () => number): Stillness => {
  let last = now();
  return {
    stir: () => {
      last = now();
    },
    wait: async () => {
      const end = now() + PATIENCE_MS;
      last = now();
      for (let left = STILL_MS; left > 0 && now() < end; left = last + STILL_MS - now()) {
        await new Promise((resolve) => setTimeout(resolve, left));
      }
    },
  };
};
