/** Turns data of version v into data of version v + 1. Pure; additive changes need none. */
type Upcaster = (data: unknown) => unknown;

/** Per type, the upcasters from version 1 on: the newest version is their number plus one. */
export type Upcasters = Readonly<Record<string, readonly Upcaster[]>>;

const upcasters: Upcasters = {};

/** The version that is written today. */
export const versionOf = (type: string, known: Upcasters = upcasters): number =>
  (known[type]?.length ?? 0) + 1;

/** Data of `type` at version `v`, lifted to today's. Throws where the version is newer than this build. */
export const upcast = (type: string, v: number, data: unknown, known: Upcasters = upcasters): unknown => {
  const newest = versionOf(type, known);
  if (v > newest)
    throw new Error(`${type} version ${v} is newer than this build, which reads up to ${newest}`);
  return (known[type] ?? []).slice(v - 1).reduce((lifted, step) => step(lifted), data);
};
