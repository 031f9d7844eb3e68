import { aggregateOf } from './codec.ts';

/**
 * Aggregates whose events a purge leaves in the log for ever: decisions are made from accounts and webhooks, and how
 * much of its history a phone has handed over belongs to the account. They are few.
 */
const KEPT: readonly string[] = ['account', 'history', 'webhook'];

/** Of the others: what each connection compares with WhatsApp's own list, to tell what has changed. */
const KEPT_TYPES: readonly string[] = ['contact.blocked', 'contact.unblocked'];

/** Whether a purge takes events of an aggregate, be it not all. */
export const losesEvents = (aggregate: string): boolean => !KEPT.includes(aggregate);

/** Whether the events of a type are gone once the log has been purged. */
export const isPurged = (type: string): boolean =>
  losesEvents(aggregateOf(type)) && !KEPT_TYPES.includes(type);
