import { z } from 'zod';

/** A person or chat; see `Address`. */
export const address = z.object({ jid: z.string(), alt: z.string().optional() });

/** A whole number from 0 on. */
export const count = z.number().int().nonnegative();

export const unixSeconds = count;

/** A position of the log; 0 is before its first event. */
export const position = count;
