import { createHash, type Hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Difference, Verdict } from '../../ports/rebuilds.ts';
import type { Stored, ViewStore } from '../../ports/view-store.ts';

type Pair = Readonly<{ view: Stored | null; fold: Stored | null }>;
type Builds = Readonly<{ view: string; fold: string }>;
type Collections = Builds & Readonly<{ name: string }>;

const PAGE = 500;
/** As the database sorts ids: by their UTF-8, which is not how strings compare here. */
const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
const TRIES = 50;
const NAMED = 1_000;

/** A value as text, the same whatever the order of its fields. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  );
};

/** In what two documents of one id differ; null where they do not. */
const differenceOf = (collection: string, id: string, { view, fold }: Pair): Difference | null => {
  if (view === null && fold === null) return null;
  if (view === null || fold === null)
    return { collection, id, kind: view === null ? 'missing' : 'extra', fields: [] };
  const [one, other] = [new Map(Object.entries(view)), new Map(Object.entries(fold))];
  const fields = [...new Set([...one.keys(), ...other.keys()])].filter(
    (field) => !isDeepStrictEqual(canonical(one.get(field)), canonical(other.get(field))),
  );
  return fields.length === 0 ? null : { collection, id, kind: 'changed', fields: fields.sort() };
};

type Pairs = readonly (readonly [string, Pair])[];

/** Two pages as pairs by id, up to the id that both have come to; `end` null where there is nothing behind. */
const pairUp = (
  ones: readonly Stored[],
  others: readonly Stored[],
): Readonly<{ pairs: Pairs; end: string | null }> => {
  const ends = [ones, others].filter(({ length }) => length === PAGE).map((page) => page.at(-1)?._id ?? '');
  const end = ends.sort(byBytes)[0] ?? null;
  const upTo = (page: readonly Stored[]): ReadonlyMap<string, Stored> =>
    new Map(page.filter(({ _id }) => end === null || byBytes(_id, end) <= 0).map((doc) => [doc._id, doc]));
  const [left, right] = [upTo(ones), upTo(others)];
  const ids = [...new Set([...left.keys(), ...right.keys()])].sort(byBytes);
  return { pairs: ids.map((id) => [id, { view: left.get(id) ?? null, fold: right.get(id) ?? null }]), end };
};

/** Documents of both collections by id, in step. */
async function* inPairs(store: Pick<ViewStore, 'page'>, { view, fold }: Builds): AsyncGenerator<Pairs, void> {
  let after: string | null = null;
  do {
    const pages: (readonly Stored[])[] = await Promise.all([
      store.page(view, after, PAGE),
      store.page(fold, after, PAGE),
    ]);
    const { pairs, end } = pairUp(pages[0] ?? [], pages[1] ?? []);
    yield pairs;
    after = end;
  } while (after !== null);
}

/**
 * Reads one document of both until nothing moved meanwhile: two builds in step change in one transaction, but are
 * read one after the other.
 */
const readAgain = async (
  store: Pick<ViewStore, 'load' | 'checkpoints'>,
  builds: Builds,
  { view, fold }: Collections,
  id: string,
): Promise<Pair | null> => {
  const places = async (): Promise<string> => {
    const found = new Map((await store.checkpoints()).map((one) => [one.id, one.position]));
    const [one, other] = [found.get(builds.view), found.get(builds.fold)];
    return one === other ? String(one) : 'apart';
  };
  for (let n = 0; n < TRIES; n++) {
    const before = await places();
    const [one, other] = await Promise.all([store.load(view, [id]), store.load(fold, [id])]);
    const pair = { view: one.get(id) ?? null, fold: other.get(id) ?? null };
    if (differenceOf('', id, pair) === null) return pair;
    if (before !== 'apart' && before === (await places())) return pair;
  }
  return null;
};

const take = (hash: Hash, doc: Stored | null): void => {
  if (doc !== null) hash.update(`${JSON.stringify(canonical(doc))}\n`);
};

/** What was compared so far. */
const createTally = () => {
  const hashes = { view: createHash('sha256'), fold: createHash('sha256') };
  const differences: Difference[] = [];
  let [documents, differing] = [0, 0];
  return {
    add: (pair: Pair, difference: Difference | null): void => {
      take(hashes.view, pair.view);
      take(hashes.fold, pair.fold);
      if (pair.view !== null) documents++;
      if (difference === null) return;
      differing++;
      if (differences.length < NAMED) differences.push(difference);
    },
    verdict: (position: number): Verdict => {
      const checksums = { view: hashes.view.digest('hex'), fold: hashes.fold.digest('hex') };
      return { position, equal: differing === 0, documents, checksums, differing, differences };
    },
  };
};

/**
 * Compares the documents of two builds of a view that are kept in step, whatever is folded meanwhile. Memory: a page of
 * each. Throws what the database throws, or where it never stood still for as long as reading two documents takes.
 */
export const compareBuilds = async (
  store: Pick<ViewStore, 'page' | 'load' | 'checkpoints'>,
  builds: Builds,
  collections: readonly Collections[],
  position: number,
): Promise<Verdict> => {
  const tally = createTally();
  const compare = async (names: Collections, id: string, read: Pair): Promise<void> => {
    if (differenceOf(names.name, id, read) === null) return tally.add(read, null);
    const pair = await readAgain(store, builds, names, id);
    if (pair === null) throw new Error(`${names.name} ${id} changed whenever it was read`);
    tally.add(pair, differenceOf(names.name, id, pair));
  };
  for (const names of collections)
    for await (const pairs of inPairs(store, names))
      for (const [id, read] of pairs) await compare(names, id, read);
  return tally.verdict(position);
};
