import { type DestinationStream, pino } from 'pino';
import type { Config } from '../config.ts';
import type { Logger } from '../ports/logger.ts';

// Whatever a careless log line may carry along.
const SECRETS = [
  'authorization',
  'x-api-key',
  'cookie',
  'apiKey',
  'secret',
  'creds',
  'mediaKey',
  'qr',
  'pairingCode',
];
const STDERR = 2;
/** Bytes that wait where a log file's disk is full; what comes then is left out. */
const MAX_WAITING = 1_048_576;

const readable = async (): Promise<DestinationStream> => {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ destination: STDERR, sync: true, singleLine: true, translateTime: 'HH:MM:ss' });
};

const plain = (): DestinationStream => {
  const to = pino.destination({ dest: STDERR, sync: true, maxLength: MAX_WAITING });
  // a full disk is told nowhere: unheard, it would be thrown at whoever logs
  to.on('error', () => undefined);
  return to;
};

/** Logs to stderr: JSON lines, or readable ones where a person looks on. Secrets are cut out by name. */
export const createLogger = async ({ LOG_LEVEL }: Pick<Config, 'LOG_LEVEL'>): Promise<Logger> => {
  const redact = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`]);
  const to = process.stderr.isTTY ? await readable() : plain();
  const logger: Logger = pino<never>(
    {
      level: LOG_LEVEL,
      redact,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    to,
  );
  return logger;
};
