import type { AccountEvent } from '../../events/accounts.ts';
import type { NewEvent } from '../../events/event.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Ownership } from '../../ports/whatsapp.ts';
import { tellFact } from './telling.ts';

/** What an owner tells of its account's connection, in order. */
export type FactQueue = Readonly<{
  /** Puts a fact behind those that are not appended yet. */
  add: (event: AccountEvent) => void;
  /** Appends them; one that fails stays first, under its key. A lost lease makes them void. */
  flush: () => Promise<void>;
}>;

type Deps = Readonly<{
  log: Pick<EventLog, 'append'>;
  now: () => Date;
  /** Of this account. */
  logger: Logger;
  /** Resolves once this process' own fold has a position. */
  folded: (seq: number) => Promise<void>;
  /** Whether the account still lives the owner's generation; nothing is told of one that was deleted. */
  isAlive: () => boolean;
}>;

/** Facts under the keys `conn/{epoch}/{n}`. */
export const createFactQueue = (deps: Deps, owner: Ownership): FactQueue => {
  const { account, gen, epoch } = owner;
  const waiting: Readonly<{ fact: NewEvent<AccountEvent>; key: string }>[] = [];
  let n = 0;
  return {
    add: (event) => {
      if (!deps.isAlive()) return;
      tellFact(deps.logger, account, event);
      n++;
      const occurredAt = deps.now().toISOString();
      waiting.push({ fact: { account, gen, epoch, occurredAt, ...event }, key: `conn/${epoch}/${n}` });
    },
    flush: async () => {
      for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
        if (!owner.isValid()) {
          waiting.length = 0;
          return;
        }
        const { seq } = await deps.log.append(first.fact, first.key);
        waiting.shift();
        await deps.folded(seq);
      }
    },
  };
};
