import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';
import { readNatsUrl } from '../nats-url.ts';
import { isAtLeast } from './versions.ts';

/** The oldest NATS that will do: atomic batches came with 2.12.0, with message ids in them (which it refused) 2.12.1. */
export const MIN_NATS = [2, 12, 1] as const;
/** The largest message that must pass, in bytes: an event of 512 KiB and its headers. NATS' own limit is 1 MiB. */
const MIN_PAYLOAD = 576 * 1_024;
const INFO_LIMIT_MS = 2_000;
const DEFAULT_PORT = 4222;

const info = z.object({
  version: z.string(),
  server_name: z.string().optional(),
  max_payload: z.number().optional(),
});
/** What a NATS server says of itself, unasked, to everyone who connects. */
type NatsInfo = z.infer<typeof info>;

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

const addressOf = ({ hostname, port }: URL): { host: string; port: number } => {
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? DEFAULT_PORT : Number(port) };
};

/** What is wrong with a server, or null. */
const faultOf = ({ version, max_payload = MIN_PAYLOAD }: NatsInfo): string | null => {
  if (!isAtLeast(version, MIN_NATS)) return `is ${version}, ${MIN_NATS.join('.')} or newer is needed`;
  if (max_payload >= MIN_PAYLOAD) return null;
  return `takes messages of ${max_payload} bytes at most, too few for an event: raise max_payload to ${MIN_PAYLOAD} or more`;
};

/**
 * Makes sure that a server of this NATS_URL (several, separated by commas, for a cluster) answers and is new enough.
 * Resolves to its version. Names no credentials in its errors.
 * @throws WildcatError `misconfigured` if none answers within `waitMs` or the one that does is older than 2.12.1 or takes too
 * little at once, or where it is no NATS_URL
 */
export const checkNats = async (natsUrl: string, waitMs: number): Promise<string> => {
  const addresses = readNatsUrl(natsUrl).map(addressOf);
  const names = addresses.map(({ host, port }) => `${host}:${port}`).join(', ');
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await Promise.any(addresses.map(({ host, port }) => readNatsInfo(host, port))).catch(
      () => null,
    );
    const fault = found === null ? null : faultOf(found);
    if (fault !== null) throw new WildcatError('misconfigured', `NATS at ${names} ${fault}`);
    if (found !== null) return found.version;
    if (Date.now() > deadline)
      throw new WildcatError(
        'misconfigured',
        `NATS at ${names} (NATS_URL) does not answer. Start it, or leave NATS_URL out to have one started`,
      );
    await sleep(200);
  }
};
