import { forOperators } from '../adapters/mongo/away.ts';
import { WildcatError } from '../errors.ts';
import { UndecodableEvent } from '../events/codec.ts';

/** What a start or a verb failed at, as an operator reads it: with the mend, where one is known. Others as they are. */
export const toldToOperators = (error: unknown): unknown => {
  const cause = error instanceof WildcatError ? error.cause : error;
  if (!(cause instanceof UndecodableEvent)) return forOperators(error);
  return new WildcatError('misconfigured', `${cause.message}: update Wildcat`, { cause });
};
