import { MongoOperationTimeoutError } from 'mongodb';

/**
 * What `call` gives within `ms`. Rejects after that with a `MongoOperationTimeoutError`, of which `isTransient` holds:
 * what was asked for may still be done. (The driver's own `timeoutMS` has no effect since 7.8, and its other limits add up.)
 */
export const inTime = async <T>(ms: number, call: () => Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MongoOperationTimeoutError(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
};
