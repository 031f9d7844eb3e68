import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';

const unanswered = async (asked: ClientRequest): Promise<never> => {
  await once(asked, 'close');
  throw new Error('the connection ended without an answer');
};

/**
 * The answer to a request, once it begins. Rejects with the request's error, and where the connection ends without one:
 * of a server that goes over to another protocol (101) unasked Node tells nothing else.
 */
export const firstAnswer = (asked: ClientRequest): Promise<IncomingMessage> =>
  Promise.race([
    once(asked, 'response').then(([answer]: IncomingMessage[]) => answer ?? unanswered(asked)),
    unanswered(asked),
  ]);
