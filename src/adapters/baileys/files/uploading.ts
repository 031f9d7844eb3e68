import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import {
  encodeBase64EncodedStringForUpload,
  MEDIA_PATH_MAP,
  type WAMediaUploadFunction,
} from '@whiskeysockets/baileys';
import { z } from 'zod';
import { messageOf } from '../../../errors.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { MediaHosts } from './media-hosts.ts';
import { askMediaHost, type MediaRequest } from './media-request.ts';

const LIMIT_MS = 600_000;
/** Bytes per millisecond. */
const SLOWEST = 64;
const REDIRECTS = 5;

const taken = z.object({ url: z.string().optional(), direct_path: z.string().optional() });
type Place = Awaited<ReturnType<WAMediaUploadFunction>>;

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

/** Where an answer says that the file is now; null for one that says nothing of it. */
const placeIn = (body: string, host: string): Place | null => {
  const { url, direct_path: path } = taken.safeParse(parseJson(body)).data ?? {};
  const mediaUrl = url || (path && `https://${host}${path}`);
  if (!mediaUrl || !URL.canParse(mediaUrl)) return null;
  const { pathname, search } = new URL(mediaUrl);
  return { mediaUrl, directPath: path || pathname + search };
};

/** Posts a file, streamed anew to wherever the host sends it on. */
const post = async (
  url: URL,
  path: string,
  size: number,
  asking: MediaRequest,
): Promise<Readonly<{ status: number; body: string }>> => {
  let to = url;
  for (let redirects = 0; redirects <= REDIRECTS; redirects++) {
    if (to.protocol !== 'https:') throw new Error('the media host redirects to where nothing is encrypted');
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': size };
    const answer = await askMediaHost(to, asking, { method: 'POST', headers, body: createReadStream(path) });
    const body = await text(answer);
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (status < 300 || status >= 400 || location === undefined) return { status, body };
    to = new URL(location, to);
  }
  throw new Error('the media host redirects too often');
};

type Deps = Readonly<{
  hosts: (force: boolean) => Promise<MediaHosts>;
  /** `signal`: the session's end. */
  asking: MediaRequest;
  logger: Logger;
}>;

/**
 * Uploads an encrypted file to the first media host that takes it, as rc14's own does (messages-media.js,
 * getWAUploadToServer), which however never ends where an answer breaks off: it listens to no error of it. Throws where
 * no host takes it, at the session's end, and after 10 minutes more than it takes at 64 KiB/s.
 */
export const createUpload =
  ({ hosts, asking, logger }: Deps): WAMediaUploadFunction =>
  async (path, { mediaType, fileEncSha256B64 }) => {
    const { size } = await stat(path);
    const limit = AbortSignal.timeout(LIMIT_MS + Math.ceil(size / SLOWEST));
    const signal = AbortSignal.any([asking.signal, limit]);
    const token = encodeBase64EncodedStringForUpload(fileEncSha256B64);
    const named = await hosts(false);
    let { auth } = named;
    let failure: unknown = 'the session has ended';
    for (const { hostname } of named.hosts) {
      if (signal.aborted) break;
      try {
        const query = `auth=${encodeURIComponent(auth)}&token=${token}`;
        const url = new URL(`https://${hostname}${MEDIA_PATH_MAP[mediaType]}/${token}?${query}`);
        const { status, body } = await post(url, path, size, { ...asking, signal });
        const place = placeIn(body, hostname);
        if (place !== null) return place;
        // what it does not take may be the token
        ({ auth } = await hosts(true));
        throw new Error(`the media host answers ${status}`);
      } catch (error) {
        failure = error;
      }
      logger.warn({ host: hostname, reason: messageOf(failure) }, 'a media host did not take a file');
    }
    throw new Error(`no media host took the file: ${messageOf(failure)}`, { cause: failure });
  };
