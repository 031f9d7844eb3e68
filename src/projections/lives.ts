import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';

/** Which life of an account a view's documents belong to: late facts of a dead one are ignored. */
export type LifeDoc = Readonly<{ _id: string; gen: number; deleted: boolean }>;

/** Whether an event comes from a life that is over, as far as `life` tells. */
export const isLate = (life: LifeDoc | null, { gen }: Recorded<WildcatEvent>): boolean =>
  life !== null && (gen < life.gen || (gen === life.gen && life.deleted));

/** The life that an event begins or ends; null for any other event. */
export const lifeAfter = ({ type, account, gen }: Recorded<WildcatEvent>): LifeDoc | null =>
  type === 'account.created' || type === 'account.deleted'
    ? { _id: account, gen, deleted: type === 'account.deleted' }
    : null;

/** What a view erases at an account's deletion: all that these collections have of it. */
export const atDeletion =
  <Collection extends string>(...collections: readonly Collection[]) =>
  ({ type, account }: Recorded<WildcatEvent>): Readonly<{ collection: Collection; idPrefix: string }>[] =>
    type === 'account.deleted'
      ? collections.map((collection) => ({ collection, idPrefix: `${account}/` }))
      : [];
