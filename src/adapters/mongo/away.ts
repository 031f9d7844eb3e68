import { WildcatError } from '../../errors.ts';
import { isTransient } from './auth-store-docs.ts';

/** Runs a database call; where MongoDB does not answer, its error becomes `unavailable`. Others go through. */
export const orUnavailable = async <Result>(call: () => Promise<Result>): Promise<Result> => {
  try {
    return await call();
  } catch (error) {
    if (!isTransient(error)) throw error;
    throw new WildcatError('unavailable', 'MongoDB does not answer', { cause: error });
  }
};
