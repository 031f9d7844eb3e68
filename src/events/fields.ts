import { z } from 'zod';

/** A person or chat; see `Address`. */
export const address = z.object({ jid: z.string(), alt: z.string().optional() });
