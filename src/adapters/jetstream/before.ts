import type { StoredMsg } from '@nats-io/jetstream';
import type { LogEntry } from '../../ports/event-log.ts';
import { decodeEntry } from './decode.ts';

/** The first message of a subject (wildcards allowed) at or after a position, null where there is none. */
type NextMessage = (seq: number, subject: string) => Promise<StoredMsg | null>;

/**
 * Position of the last message of these subjects at or before `limit`, 0 where there is none. The log can be asked for
 * the next one only, so this looks back in growing steps and then halves: about twice log2 of the distance.
 */
const lastAt = async (
  next: NextMessage,
  subjects: readonly string[],
  limit: number,
): Promise<StoredMsg | null> => {
  const firstFrom = async (seq: number): Promise<StoredMsg | null> => {
    const found = await Promise.all(subjects.map((subject) => next(seq, subject)));
    const inside = found.filter((message) => message !== null).filter((message) => message.seq <= limit);
    return inside.sort((one, other) => one.seq - other.seq)[0] ?? null;
  };
  let after = limit + 1; // nothing from here on
  let best: StoredMsg | null = null;
  for (let step = 1; best === null && after > 1; step *= 2) {
    const from = Math.max(1, after - step);
    best = await firstFrom(from);
    if (best === null) after = from;
  }
  while (best !== null && after - best.seq > 1) {
    const middle = best.seq + Math.ceil((after - best.seq) / 2);
    const found = await firstFrom(middle);
    if (found === null) after = middle;
    else best = found;
  }
  return best;
};

/**
 * Position of the last event of these subjects before `seq` that `accepts`, 0 where there is none. Meant for subjects
 * that hold little else: each event that is not accepted costs another search.
 */
export const lastBefore = async (
  next: NextMessage,
  stretch: Readonly<{ subjects: readonly string[]; before: number }>,
  accepts: (entry: LogEntry) => boolean,
): Promise<number> => {
  for (let limit = stretch.before - 1; limit > 0; ) {
    const found = await lastAt(next, stretch.subjects, limit);
    if (found === null) return 0;
    if (accepts(decodeEntry(found))) return found.seq;
    limit = found.seq - 1;
  }
  return 0;
};
