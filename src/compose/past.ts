import { unreadable, WildcatError } from '../errors.ts';
import { UndecodableEvent } from '../events/codec.ts';
import type { HttpDeps } from '../http/deps.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { createPastQueries } from '../queries/past.ts';
import { pageOf } from './paging.ts';

type Queries = ReturnType<typeof createPastQueries>;

/**
 * What was known at a moment, where the log still tells it. Throws `gone` where events of what was asked for have been
 * purged: the rest would be told as if it were all. Throws `unavailable` where one can't be read.
 */
export const bindPast = (log: Pick<EventLog, 'state'>, past: Queries): HttpDeps['past'] => {
  const whole = async <Told>(
    read: () => Promise<Told>,
    toldBy: (seq: number) => Promise<boolean>,
  ): Promise<Told> => {
    const told = await read().catch((error: unknown) => {
      throw error instanceof UndecodableEvent ? unreadable(error.seq, error) : error;
    });
    // asked afterwards: what was purged meanwhile is missing from it
    const { purgedUpto } = await log.state();
    if (purgedUpto === 0 || !(await toldBy(purgedUpto))) return told;
    throw new WildcatError(
      'gone',
      `The log was purged up to ${purgedUpto}, with events of what was asked for: its past is in the archive only`,
    );
  };
  return {
    // the fold of a long chat takes its time: MongoDB alone has a limit, in the queries' driver
    chatMessages: (account, chatId, { at, ...range }) =>
      whole(
        () => past.ofChat(account, chatId, { ...pageOf(range), at }),
        (seq) => past.toldBy(seq, account, { chatId }),
      ),
    message: (account, messageId, { chatId, at }) =>
      whole(
        () => past.find(account, messageId, { chatId, at }),
        (seq) => past.toldBy(seq, account, { messageId, chatId }),
      ),
    history: (account, messageId, chatId) =>
      whole(
        () => past.history(account, messageId, chatId),
        (seq) => past.toldBy(seq, account, { messageId, chatId }),
      ),
  };
};
