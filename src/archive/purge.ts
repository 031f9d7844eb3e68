import { WildcatError } from '../errors.ts';
import { aggregateOf, EVENT_TYPES } from '../events/codec.ts';
import { isPurged } from '../events/retention.ts';
import type { StreamState } from '../ports/event-log.ts';
import type { RawLog } from '../ports/raw-log.ts';
import type { Manifest } from './manifest.ts';

/** Somebody who still has to read messages on these subjects after a position. */
export type Reader = Readonly<{ name: string; subjects: readonly string[]; position: number }>;

const losesAll = (aggregate: string): boolean =>
  EVENT_TYPES.filter((type) => aggregateOf(type) === aggregate).every(isPurged);
/** What goes: whole aggregates, and single types of those that keep some. */
const PURGED = [
  ...new Set(
    EVENT_TYPES.filter(isPurged).map((type) => (losesAll(aggregateOf(type)) ? aggregateOf(type) : type)),
  ),
];

const refused = (why: string): WildcatError => new WildcatError('invalid', `Nothing was purged: ${why}`);

/** Throws `invalid` where the archive does not hold all that would go. Pure. */
const checkCover = (manifest: Manifest, state: StreamState, upto: number): void => {
  if (manifest.stream.created !== state.created)
    throw refused(`the archive is of the log of ${manifest.stream.created}, this one is of ${state.created}`);
  if (manifest.account !== null) throw refused(`the archive holds the account ${manifest.account} only`);
  if (manifest.from > state.purgedUpto + 1)
    throw refused(`the archive begins at ${manifest.from}, the log at ${state.purgedUpto + 1}`);
  if (manifest.to < upto) throw refused(`the archive ends at ${manifest.to}, before ${upto}`);
};

/**
 * Purges the events up to `upto`, all of which an archive (verified before) holds, but for those that are kept for ever
 * (`events/retention.ts`). Throws `invalid` where it does not, or where somebody has still to read some of them.
 */
export const purgeLog = async (
  log: Pick<RawLog, 'state' | 'next' | 'purge'>,
  upto: number,
  manifest: Manifest,
  readers: readonly Reader[],
): Promise<void> => {
  checkCover(manifest, await log.state(), upto);
  for (const { name, subjects, position } of readers) {
    if (position >= upto) continue;
    const waiting = await Promise.all(subjects.map((subject) => log.next(subject, position)));
    const first = waiting.find((seq) => seq !== null && seq <= upto);
    if (first !== undefined)
      throw refused(`${name} stands at ${position} and has still to read event ${first}`);
  }
  await log.purge(upto, PURGED);
};
