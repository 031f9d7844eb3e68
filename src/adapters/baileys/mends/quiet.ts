import type { SocketConfig } from '@whiskeysockets/baileys';
import type { Logger } from '../../../ports/logger.ts';

const METHODS = ['log', 'info', 'warn', 'error'] as const;

/**
 * libsignal prints whole sessions, private keys included, to the console (libsignal/src/session_record.js). This
 * drops what comes from there and passes on the rest. Returns a function that puts the console back.
 */
export const silenceLibsignal = (target: Pick<Console, (typeof METHODS)[number]> = console): (() => void) => {
  const originals = METHODS.map((method) => [method, target[method]] as const);
  for (const [method, original] of originals) {
    target[method] = (...args: unknown[]) => {
      if (!new Error().stack?.includes('/libsignal/')) original.apply(target, args);
    };
  }
  return () => {
    for (const [method, original] of originals) target[method] = original;
  };
};

type Line = (fields: unknown, message?: string) => void;

const reasonOf = (fields: unknown): string | undefined => {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const error = ['err', 'error', 'e'].map((name) => Reflect.get(fields, name)).find((found) => found);
  return error instanceof Error ? error.message : undefined;
};

// Its fields hold stanzas, addresses and keys: only the text and an error's message get through.
const line =
  (log: (fields: object, message: string) => void): Line =>
  (fields, message) => {
    const text = typeof fields === 'string' ? fields : (message ?? '');
    log({ error: reasonOf(fields) }, `baileys: ${text}`);
  };

/** Baileys' log as debug lines of ours; `trace` hears what is below even those. */
export const baileysLogger = (logger: Logger, trace: Line = () => {}): SocketConfig['logger'] => {
  const quiet = (): void => {};
  const debug = line((fields, message) => logger.debug(fields, message));
  const self: SocketConfig['logger'] = {
    // not `trace` or `debug`: Baileys would print stanzas into strings for those
    level: 'info',
    child: () => self,
    trace,
    debug: quiet,
    info: quiet,
    warn: debug,
    error: debug,
  };
  return self;
};
