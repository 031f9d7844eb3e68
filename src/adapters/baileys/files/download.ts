import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import { getMediaKeys } from '@whiskeysockets/baileys';
import { WildcatError } from '../../../errors.ts';
import type { WhatsApp } from '../../../ports/whatsapp.ts';
import type { WhatsAppDeps } from '../deps.ts';
import { agentOf, type WhatsAppTarget } from '../settings.ts';
import { type MediaPart, mediaPartOf } from './media-part.ts';
import { askMediaHost, type MediaRequest } from './media-request.ts';

const MEDIA_HOST = 'mmg.whatsapp.net';
const MAC_BYTES = 10;
const GONE: ReadonlySet<number> = new Set([404, 410]);

const isWhatsApps = (host: string): boolean => host === 'whatsapp.net' || host.endsWith('.whatsapp.net');

const parseUrl = (url: string | null): URL | null =>
  url !== null && URL.canParse(url) ? new URL(url) : null;

/** A message is made by whoever sent it: of the real WhatsApp only its own hosts are asked, of another one never those. */
const hostOf = (named: URL | null, isReal: boolean): string => {
  if (isReal) return named !== null && isWhatsApps(named.hostname) ? named.host : MEDIA_HOST;
  if (named === null || isWhatsApps(named.hostname))
    throw new WildcatError('unprocessable', 'the message names no host of this WhatsApp');
  return named.host;
};

/** Where the file lies. Throws `unprocessable` where that is nowhere we would ask. */
export const fileUrl = (part: Pick<MediaPart, 'url' | 'directPath'>, isReal: boolean): URL => {
  const named = parseUrl(part.url);
  const host = hostOf(named, isReal);
  const path = part.directPath ?? (named === null ? '/' : named.pathname + named.search);
  // set piece by piece, so that a path can't become another host
  const url = new URL(`https://${host}`);
  const at = path.indexOf('?');
  url.pathname = at < 0 ? path : path.slice(0, at);
  url.search = at < 0 ? '' : path.slice(at);
  return url;
};

const fetchFile = async (url: URL, asking: MediaRequest): Promise<IncomingMessage> => {
  const answer = await askMediaHost(url, asking);
  const { statusCode = 0 } = answer;
  if (statusCode === 200) return answer;
  answer.destroy();
  const text = `the media host answers ${statusCode}`;
  throw GONE.has(statusCode) ? new WildcatError('gone', text) : new Error(text);
};

type Keys = Readonly<Required<Awaited<ReturnType<typeof getMediaKeys>>>>;

/** Decrypts AES-256-CBC with ten bytes of MAC at its end (messages-media.js); fails at the end if the MAC is wrong. */
async function* decrypt(
  source: AsyncIterable<Buffer>,
  { iv, cipherKey, macKey }: Keys,
): AsyncGenerator<Buffer> {
  const hmac = createHmac('sha256', macKey).update(iv);
  const aes = createDecipheriv('aes-256-cbc', cipherKey, iv);
  let tail = Buffer.alloc(0);
  for await (const chunk of source) {
    const data = Buffer.concat([tail, chunk]);
    const end = Math.max(0, data.length - MAC_BYTES);
    tail = data.subarray(end);
    hmac.update(data.subarray(0, end));
    yield aes.update(data.subarray(0, end));
  }
  const mac = hmac.digest().subarray(0, MAC_BYTES);
  if (tail.length !== MAC_BYTES || !timingSafeEqual(mac, tail)) throw new Error('the file has a bad MAC');
  yield aes.final();
}

/** Passes the bytes on, and fails where they are not those that the message announced. */
async function* verified(
  source: AsyncIterable<Buffer>,
  { sha256, length }: MediaPart,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let seen = 0;
  for await (const bytes of source) {
    seen += bytes.length;
    if (length !== null && seen > length) throw new Error('the file has another length');
    hash.update(bytes);
    yield bytes;
  }
  if (length !== null && seen !== length) throw new Error('the file has another length');
  if (sha256 !== null && !hash.digest().equals(sha256)) throw new Error('the file has another sha256');
}

/** All the bytes of what is fetched. Rejects above `max`. */
export const gather = async (source: AsyncIterable<Uint8Array>, max: number): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > max) throw new Error(`the file has more than ${max} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Fetches a picture that WhatsApp names by a URL of its own. Rejects above 2 MiB and where no host of WhatsApp's has it. */
export type FetchPicture = (url: string) => Promise<Buffer>;

const MAX_PICTURE = 2_097_152;
const PICTURE_MS = 30_000;

export const createFetchPicture = (target: WhatsAppTarget): FetchPicture => {
  const agent = agentOf(target);
  return async (url) => {
    const from = fileUrl({ url, directPath: null }, target.socketUrl === undefined);
    return gather(await fetchFile(from, { agent, signal: AbortSignal.timeout(PICTURE_MS) }), MAX_PICTURE);
  };
};

/** The decrypted file; see `WhatsApp.download`. */
type FetchPart = (part: MediaPart, signal: AbortSignal) => Promise<AsyncIterable<Buffer>>;

/**
 * Fetches files. Not by Baileys' own download: rc14 checks neither MAC nor hash, loses errors between
 * its two streams, and can't be aborted.
 */
export const createFetchPart = ({
  target: { ca, socketUrl },
  mediaIdleMs: idleMs,
}: Pick<WhatsAppDeps, 'target' | 'mediaIdleMs'>): FetchPart => {
  const agent = new Agent({ ...(ca === undefined ? {} : { ca }), maxSockets: 16 });
  return async (part, signal) => {
    const { iv, cipherKey, macKey } = await getMediaKeys(part.mediaKey, part.kind);
    if (macKey === undefined) throw new Error('Baileys derives no MAC key');
    const answer = await fetchFile(fileUrl(part, socketUrl === undefined), { agent, signal, idleMs });
    return verified(decrypt(answer, { iv, cipherKey, macKey }), part);
  };
};

/** Fetches the files of messages; see `WhatsApp`. */
export const createDownload =
  (fetchPart: FetchPart): WhatsApp['download'] =>
  async (raw, signal) => {
    const part = mediaPartOf(raw);
    if (part === null) throw new WildcatError('unprocessable', 'the message names no file');
    return fetchPart(part, signal);
  };
