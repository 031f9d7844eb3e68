import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';
import { isAtLeast } from './versions.ts';

/** The oldest NATS that will do: atomic batches came with 2.12. */
export const MIN_NATS = [2, 12] as const;
const INFO_LIMIT_MS = 2_000;
const DEFAULT_PORT = 4222;

const info = z.object({ version: z.string(), server_name: z.string().optional() });
/** What a NATS server says of itself, unasked, to everyone who connects. */
export type NatsInfo = z.infer<typeof info>;

/**
 * Reads the INFO line that a NATS server opens every connection with (NATS client protocol, INFO).
 * @throws Error if nothing or something else answers there within 2 s
 */
export const readNatsInfo = async (host: string, port: number): Promise<NatsInfo> => {
  const socket = connect({ host, port });
  socket.setTimeout(INFO_LIMIT_MS, () => socket.destroy(new Error('no answer')));
  let text = '';
  try {
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.includes('\r\n')) break;
    }
  } finally {
    socket.destroy();
  }
  const [, json] = /^INFO (\{.*\})\s*\r\n/.exec(text) ?? [];
  if (json === undefined) throw new Error('not a NATS server');
  return info.parse(JSON.parse(json));
};

/** One address of a NATS_URL: `nats://user:password@host:port`, with scheme and port left out at will. */
const addressOf = (url: string): { host: string; port: number } => {
  const { hostname, port } = new URL(url.includes('://') ? url : `nats://${url}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
};

/**
 * Makes sure that a server of this NATS_URL (several, separated by commas, for a cluster) answers and is new enough.
 * Resolves to its version. Names no credentials in its errors.
 * @throws WildcatError `misconfigured` if none answers within `waitMs` or the one that does is older than 2.12
 */
export const checkNats = async (natsUrl: string, waitMs: number): Promise<string> => {
  const addresses = natsUrl.split(',').map((url) => addressOf(url.trim()));
  const names = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await Promise.any(addresses.map(({ host, port }) => readNatsInfo(host, port))).catch(
      () => null,
    );
    if (found !== null && isAtLeast(found.version, MIN_NATS)) return found.version;
    if (found !== null)
      throw new WildcatError(
        'misconfigured',
        `NATS at ${names} is ${found.version}, ${MIN_NATS.join('.')} or newer is needed`,
      );
    if (Date.now() > deadline)
      throw new WildcatError(
        'misconfigured',
        `NATS at ${names} (NATS_URL) does not answer. Start it, or leave NATS_URL out to have one started`,
      );
    await sleep(200);
  }
};
