import { hasCode } from '../errors.ts';
import type { Target, Targets } from '../ports/webhooks.ts';

/** How long a replaced secret goes on signing beside the new one. */
const OVERLAP_MS = 24 * 3_600_000;
const MAX_SECRETS = 3;

/** A URL as people may see it: who knows its user or query may know a password. */
export const shownAddress = (url: string): string => {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
};

/** The secrets once `secret` is the newest: those before it go on signing for a day. */
export const rotated = (old: Target, secret: string, now: Date): Target['secrets'] => {
  const until = new Date(now.getTime() + OVERLAP_MS).toISOString();
  const valid = old.secrets.filter((one) => one.until === null || Date.parse(one.until) > now.getTime());
  const others = valid.filter((one) => one.secret !== secret);
  return [{ secret, until: null }, ...others.map((one) => ({ ...one, until: one.until ?? until }))].slice(
    0,
    MAX_SECRETS,
  );
};

type Deps = Readonly<{ targets: Targets; random: (bytes: number) => string }>;

/** Keeps a target for what `act` appends under its reference; it is not left behind where that fails. */
export const withTarget = async <T>(
  { targets, random }: Deps,
  kept: Target,
  act: (ref: string) => Promise<T>,
): Promise<T> => {
  const ref = random(16);
  await targets.keep(ref, kept);
  try {
    return await act(ref);
  } catch (error) {
    // what is unknown may have been appended
    if (!hasCode(error, 'unavailable')) await targets.erase(ref);
    throw error;
  }
};
