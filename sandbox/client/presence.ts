import { z } from 'zod';
import { type PresenceChange, type PresenceView, presenceView } from '../control/presence.ts';
import { type Call, waitFor } from './call.ts';

export type { PresenceView };

/** Being there, typing, and seeing others do so. */
export interface PresenceCalls {
  /** `available`/`unavailable`, `composing`/`recording`/`paused` in a chat, or `watch` a number. */
  readonly presence: (change: PresenceChange) => Promise<void>;
  /** What the phone sees of others: who types where, and of those it watches whether they are there. */
  readonly seen: (after?: number) => Promise<PresenceView[]>;
  readonly waitForPresence: (test: (seen: PresenceView) => boolean, limit?: number) => Promise<PresenceView>;
}

export const presenceCalls = (call: Call, path: string): PresenceCalls => {
  const seen = async (after = 0, wait = 0) => {
    const schema = z.object({ presence: z.array(presenceView) });
    return (await call(schema, 'GET', `${path}/presence?after=${after}&wait=${wait}`)).presence;
  };
  return {
    presence: (change) => call(z.undefined(), 'POST', `${path}/presence`, change),
    seen: (after) => seen(after),
    waitForPresence: (test, limit) => waitFor(seen, test, limit),
  };
};
