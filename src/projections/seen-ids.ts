/** Ids that were added, and a few strangers: `mayHave` says no only of what was never added. */
export type SeenIds = Readonly<{
  add: (id: string) => void;
  mayHave: (id: string) => boolean;
}>;

const BITS_PER_ID = 16;
const PROBES = 5;
/** 64 MiB. */
const MOST_BITS = 2 ** 29;
const FNV_PRIME = 16_777_619;
const FNV_BASIS = 2_166_136_261;

/**
 * A Bloom filter with double hashing (Kirsch and Mitzenmacher, 2006): of strangers one in about 700 passes once
 * `expected` ids are in it, more after that. 2 to 4 bytes for each expected id.
 */
export const createSeenIds = (expected: number): SeenIds => {
  const bits = Math.min(MOST_BITS, 2 ** Math.ceil(Math.log2(Math.max(64, expected * BITS_PER_ID))));
  const words = new Uint32Array(bits / 32);

  /** Visits an id's places until `visit` says no. False where it did. */
  const everyPlace = (id: string, visit: (word: number, bit: number) => boolean): boolean => {
    let hash = FNV_BASIS;
    let step = 0;
    for (let at = 0; at < id.length; at++) {
      hash = Math.imul(hash ^ id.charCodeAt(at), FNV_PRIME);
      step = Math.imul(step, 31) + id.charCodeAt(at);
    }
    for (let probe = 0; probe < PROBES; probe++) {
      const place = (hash + Math.imul(probe, step | 1)) & (bits - 1);
      if (!visit(place >>> 5, 1 << (place & 31))) return false;
    }
    return true;
  };

  return {
    add: (id) => {
      everyPlace(id, (word, bit) => {
        words[word] = (words[word] ?? 0) | bit;
        return true;
      });
    },
    mayHave: (id) => everyPlace(id, (word, bit) => ((words[word] ?? 0) & bit) !== 0),
  };
};
