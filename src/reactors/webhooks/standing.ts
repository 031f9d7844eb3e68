import type { Webhook } from '../../events/webhook-state.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Deliveries } from '../../ports/webhooks.ts';

/** Since when a webhook has known nothing but failures: what decides whether it is given up. */
type Standing = Readonly<{
  load: () => Promise<void>;
  /** Notes an attempt at `now` (unix ms). True where it is the first to fail. */
  attempted: (isFine: boolean, now: number) => boolean;
  /** For how long it has been failing, in ms; 0 where it is not. */
  failingFor: (now: number) => number;
  /** Writes it down where it has changed, without waiting. */
  save: () => void;
  close: () => Promise<void>;
}>;

type Deps = Readonly<{ deliveries: Pick<Deliveries, 'failingSince' | 'setFailingSince'>; logger: Logger }>;

type Judged = Pick<Webhook, 'id' | 'activeSince'>;

export const createStanding = (
  { deliveries, logger }: Deps,
  { id: webhook, activeSince }: Judged,
): Standing => {
  let since: number | null = null;
  let saved: number | null = null;
  let saving: Promise<void> | null = null;

  const save = (): void => {
    if (since === saved || saving !== null) return;
    const written = since;
    saving = deliveries
      .setFailingSince(webhook, written)
      .then(() => {
        saved = written;
      })
      .catch((err: unknown) => logger.warn({ err, webhook }, 'standing was not written down'))
      .finally(() => {
        saving = null;
      });
  };
  return {
    load: async () => {
      saved = await deliveries.failingSince(webhook);
      // while it was paused or disabled nothing was tried, and so nothing failed
      since = saved !== null && saved < Date.parse(activeSince) ? null : saved;
    },
    attempted: (isFine, now) => {
      const begins = !isFine && since === null;
      if (isFine) since = null;
      else since ??= now;
      return begins;
    },
    failingFor: (now) => (since === null ? 0 : now - since),
    save,
    close: async () => {
      await saving;
      save();
      await saving;
    },
  };
};
