/**
 * Aggregates whose events a purge leaves in the log for ever: decisions are made from accounts and webhooks, and how
 * much of its history a phone has handed over belongs to the account. They are few.
 */
const KEPT: readonly string[] = ['account', 'history', 'webhook'];

/** Whether the events of an aggregate are gone once the log has been purged. */
export const isPurged = (aggregate: string): boolean => !KEPT.includes(aggregate);
