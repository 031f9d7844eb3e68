import type { EventEmitter } from 'node:events';

/** Messages being handled at which reading stops, and at which it goes on. */
type IntakeLimits = Readonly<{ stop: number; go: number }>;

/** Each that waits takes some KiB, and V8 hardly gives back what a burst has taken. */
const LIMITS: IntakeLimits = { stop: 1_000, go: 500 };

/**
 * Stops reading from the server while too many messages wait to be handled: Baileys takes in whatever comes and
 * keeps it in memory until its turn. Its own listeners of `event` resolve when a message is done (what had waited
 * offline: when it is queued; there the server sends in portions).
 */
export const limitIntake = (
  events: EventEmitter,
  event: string,
  socket: Readonly<{ pause: () => void; resume: () => void }>,
  limits: IntakeLimits = LIMITS,
): void => {
  const handlers = events.listeners(event);
  events.removeAllListeners(event);
  let open = 0;
  const done = (): void => {
    open--;
    if (open === limits.go) socket.resume();
  };
  events.on(event, (message: unknown) => {
    open++;
    if (open === limits.stop) socket.pause();
    void Promise.allSettled(handlers.map((handle): unknown => handle(message))).then(done);
  });
};
