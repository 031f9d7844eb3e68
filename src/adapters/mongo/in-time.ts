import { MongoOperationTimeoutError } from 'mongodb';

/** How long the driver's own limit is given before a call counts as lost, in ms. */
const GRACE_MS = 1_000;

/**
 * `act` under a limit of the driver's (`timeoutMS`), and under one of ours a second later: where the server is killed at
 * the wrong moment, a call of driver 7.9 may never settle. Rejects as the driver does then (`MongoOperationTimeoutError`);
 * what was asked for may still be done, so it has to be repeatable.
 */
export const inTime = async <T>(
  ms: number,
  act: (limit: Readonly<{ timeoutMS: number }>) => Promise<T>,
): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    const error = () =>
      new MongoOperationTimeoutError(`MongoDB's driver did not settle within ${ms + GRACE_MS} ms`);
    timer = setTimeout(() => reject(error()), ms + GRACE_MS);
  });
  try {
    return await Promise.race([act({ timeoutMS: ms }), lost]);
  } finally {
    clearTimeout(timer);
  }
};
