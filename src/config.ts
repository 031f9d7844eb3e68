import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const whole = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.coerce.number(expected).int(expected).min(min, expected).max(max, expected);
};

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const duration = z
  .string()
  .regex(/^\d+[smhd]$/, 'expected a number and a unit, e.g. 30m or 24h')
  .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0));

const durations = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(duration).min(1).max(50));

const isOrigin = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
};
/** As browsers write them: in lower case, no default port, no slash at the end. */
const origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(
    z.array(z.string().refine(isOrigin, 'expected origins such as https://app.example, each by its name')),
  )
  .transform((list): ReadonlySet<string> => new Set(list.map((text) => new URL(text).origin)));

const ROLES = ['api', 'gateway', 'projector', 'webhooks', 'media'] as const;
const roles = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(ROLES)).nonempty())
  .refine(
    (list) => !list.includes('media') || list.includes('gateway'),
    'media does nothing without gateway, whose connections it fetches files with: add gateway, or leave media out',
  );

const environment = z.object({
  HOST: z.string().optional(),
  PORT: whole(0, 65_535).default(3_000),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'expected http://… or https://…' })
    .transform((url) => url.replace(/\/$/, ''))
    .optional(),
  CORS_ORIGINS: origins.default(new Set<string>()),
  NATS_URL: z.string().optional(),
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'expected mongodb://… or mongodb+srv://…')
    .optional(),
  DB_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,48}$/, 'expected 1 to 48 letters, digits, _ or -')
    .default('wildcat'),
  // absolute, since programs are started from directories of their own
  DATA_DIR: z
    .string()
    .default('.wildcat')
    .transform((path) => resolve(path)),
  ROLES: roles.default([...ROLES]),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  // no header can bring blanks around it, such as the line's end of a file that it was read from
  API_KEY: z.string().trim().min(16, 'expected at least 16 characters').optional(),
  SECRET_KEY: z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'expected 32 bytes in base64')
    .optional(),
  LOG_MAX_BYTES: whole(1_048_576, Number.MAX_SAFE_INTEGER).optional(),
  SEND_TTL: duration.default(UNITS.d ?? 0),
  MAX_UPLOAD_MB: whole(1, 2_048).default(100),
  FFMPEG_PATH: z.string().optional(),
  AUTO_CONNECT: flag.default(true),
  WEBHOOK_ALLOW_PRIVATE: flag.optional(),
  WEBHOOK_RETRY_SCHEDULE: durations.prefault('5s,5m,30m,2h,5h,10h,14h,20h,24h'),
  WEBHOOK_DISABLE_AFTER: duration.prefault('5d'),
  WEBHOOK_KEEP_DELIVERIES: duration.prefault('7d'),
  WHATSAPP_SOCKET_URL: z.url({ protocol: /^wss?$/, error: 'expected ws://… or wss://…' }).optional(),
  WHATSAPP_ROOT_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected 32 bytes in hex')
    .optional(),
  WHATSAPP_CA: z.string().optional(),
  /** Only the crash tests set it: the name of a point at which the process kills itself. */
  WILDCAT_FAILPOINT: z.string().optional(),
  /** Only the dedupe tests set it. */
  WILDCAT_DEDUPE_WINDOW: duration.default(10 * (UNITS.m ?? 0)),
});

type Environment = z.infer<typeof environment>;

/** Everything that can be set from outside. Durations are in milliseconds. */
export type Config = Readonly<Omit<Environment, 'HOST' | 'WEBHOOK_ALLOW_PRIVATE'>> &
  Readonly<{ HOST: string; WEBHOOK_ALLOW_PRIVATE: boolean }>;

/** What is wrong with the environment, one line per variable, none of them showing a value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What no process does that shares this one's servers: another can't where they are embedded. Empty where none are. */
export const rolesLeftOut = ({ ROLES: mine, NATS_URL, MONGO_URL }: Config): readonly string[] =>
  NATS_URL === undefined || MONGO_URL === undefined ? ROLES.filter((role) => !mine.includes(role)) : [];

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

const guardHost = (host: string, apiKey: string | undefined): void => {
  if (apiKey !== undefined || LOOPBACK.has(host)) return;
  throw new ConfigError(
    `HOST=${host} would serve WhatsApp accounts to the network without a password. Set API_KEY (16 characters or more), or leave HOST out to listen on 127.0.0.1.`,
  );
};

/**
 * The configuration from environment variables; blank ones count as unset. Throws `ConfigError`. Without an
 * `API_KEY` only loopback addresses are accepted as `HOST`.
 */
export const readConfig = (env: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environment.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(lines.join('\n'));
  }
  const { HOST, WEBHOOK_ALLOW_PRIVATE, ...rest } = parsed.data;
  const host = HOST ?? (rest.API_KEY === undefined ? '127.0.0.1' : '0.0.0.0');
  guardHost(host, rest.API_KEY);
  const open = rest.API_KEY === undefined;
  return Object.freeze({ ...rest, HOST: host, WEBHOOK_ALLOW_PRIVATE: WEBHOOK_ALLOW_PRIVATE ?? open });
};

/** Takes what `.env` in the working directory sets and the environment does not. */
export const loadDotEnv = (file = '.env'): void => {
  if (existsSync(file)) process.loadEnvFile(file);
};

/** Where this process puts temporary files from now on, Baileys too: it asks nobody but `os.tmpdir()`, at each file. */
export const setTemporaryDirectory = (dir: string): void => {
  process.env.TMPDIR = dir;
};
