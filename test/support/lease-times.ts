import type { LeaseTimes } from '../../src/adapters/lease.ts';

/** Leases that run out while a spec can wait for it. */
export const FAST: LeaseTimes = { ttlMs: 1_000, renewMs: 200, marginMs: 200 };
