import { WildcatError } from '../../../errors.ts';

// rc14 keeps the code of an IQ error in `data` (generic-utils.js assertNodeErrorFree); a query that timed out resolves
// to undefined, one whose socket died rejects with a number.
const CODES: Readonly<Record<number, 'forbidden' | 'not_found' | 'refused' | 'throttled'>> = {
  400: 'refused',
  401: 'forbidden',
  403: 'forbidden',
  404: 'not_found',
  406: 'refused',
  409: 'refused',
  429: 'throttled',
};

const TEXTS = {
  forbidden: 'WhatsApp does not allow this',
  not_found: 'WhatsApp knows no such thing',
  refused: 'WhatsApp refused this',
  throttled: 'WhatsApp throttles this account: try again later',
} as const;

/** Runs a query of Baileys; its errors become ours. Throws `unavailable` where WhatsApp did not answer. */
export const asking = async <T>(query: () => Promise<T>): Promise<NonNullable<T>> => {
  const result = await query().catch((cause: unknown) => {
    const code = cause instanceof Error && 'data' in cause ? CODES[Number(cause.data)] : undefined;
    if (code === undefined) throw new WildcatError('unavailable', 'WhatsApp did not answer', { cause });
    throw new WildcatError(code, TEXTS[code], { cause });
  });
  if (result === undefined || result === null)
    throw new WildcatError('unavailable', 'WhatsApp did not answer');
  return result;
};

/** For what answers nothing. Throws as `asking`. */
export const doing = async (query: () => Promise<unknown>): Promise<null> => {
  await asking(async () => (await query()) ?? true);
  return null;
};
