import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';

/**
 * Throws away what is still to come of a request; resolves once that is all, the client is gone, or `ms` have passed. An
 * answer given before would be lost where the connection ends with it: a client that is still writing is reset
 * (RFC 9112, 9.6).
 */
export const discardLeftovers = async (request: IncomingMessage, ms: number): Promise<void> => {
  if (request.complete) return;
  request.resume();
  // it rejects for a client that hangs up, and where time is up
  await finished(request, { signal: AbortSignal.timeout(ms), writable: false }).catch(() => undefined);
};
