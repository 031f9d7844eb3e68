import { WildcatError } from '../errors.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Position, Positions } from '../ports/positions.ts';

/** A reactor's position: read once, then moved along. */
export type KeptPosition = Readonly<{
  seq: number;
  /** Moves it if it changed. An older position only costs reading twice, so losing a move is harmless. */
  move: (seq: number) => Promise<void>;
}>;

/**
 * Where a reactor goes on, 0 if it is new. Throws `misconfigured` where the log is not the one that the position
 * belongs to, or is shorter: going on would skip events silently.
 */
export const openPosition = async (
  log: Pick<EventLog, 'state'>,
  positions: Positions,
  follower: string,
): Promise<KeptPosition> => {
  const [stored, stream] = await Promise.all([positions.find(follower), log.state()]);
  if (stored !== null && (stored.stream !== stream.created || stored.seq > stream.lastSeq)) {
    throw new WildcatError(
      'misconfigured',
      `${follower} stands at ${stored.seq} of the stream of ${stored.stream}, but the log is the stream of ${stream.created} and ends at ${stream.lastSeq}. Restore the log, or erase the position to begin anew.`,
    );
  }
  let last: Position | null = stored;
  return {
    seq: stored?.seq ?? 0,
    move: async (seq) => {
      if (seq === (last?.seq ?? 0)) return;
      const next = { seq, stream: stream.created };
      if (await positions.move(follower, last, next)) {
        last = next;
        return;
      }
      // A move whose answer was lost may have been made: without a look it would stand there until the next start.
      const found = await positions.find(follower);
      if (found?.stream === stream.created && found.seq <= seq) last = found;
    },
  };
};
