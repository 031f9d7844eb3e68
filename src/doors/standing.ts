import { WildcatError } from '../errors.ts';
import { admitsPurged, type EventFilter } from '../events/filter.ts';
import type { StreamState } from '../ports/event-log.ts';

type Ends = Pick<StreamState, 'firstSeq' | 'lastSeq' | 'purgedUpto'>;

/** From where on the log holds everything that a filter lets through. A purge leaves accounts' events in front of that. */
export const oldestFor = ({ firstSeq, purgedUpto }: Ends, filter: EventFilter): number =>
  Math.max(firstSeq - 1, admitsPurged(filter) ? purgedUpto : 0);

/** Throws `gone` where what followed a position is not in the log any more. 0 asks for what there is. */
export const insistOnRest = (after: number, oldest: number): void => {
  if (after === 0 || after >= oldest) return;
  throw new WildcatError(
    'gone',
    `The log begins at ${oldest + 1} now, what followed position ${after} was erased: go on with after=${oldest}`,
    { details: { oldest } },
  );
};

/** Throws `invalid` where a position lies beyond the log's end. */
export const insistOnLog = (after: number, { lastSeq }: Ends): void => {
  if (after <= lastSeq) return;
  throw new WildcatError(
    'invalid',
    `after is ${after}, but the log ends at ${lastSeq}: is it of another log?`,
  );
};
