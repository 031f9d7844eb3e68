import type { Logger } from '../../src/ports/logger.ts';

const nothing = (): void => undefined;

/** For specs whose retries and lost connections are what they are about: no news. */
export const silentLog: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
};
