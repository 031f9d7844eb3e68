import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { ServerCertificate } from '../protocol/authority.ts';
import { sha256 } from '../protocol/media.ts';
import { fetchFile, type MediaFile, storeFile } from './media-store.ts';
import { refusal, strikes } from './trouble.ts';
import { changed, type World } from './world.ts';

/** A file may have so many bytes. */
export const MAX_UPLOAD = 128 * 1024 * 1024;

const answerJson = (response: ServerResponse, status: number, body: unknown) => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

/** An answer that breaks off in its middle. */
const cutShort = (response: ServerResponse, text: string) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
  response.write(text.slice(0, text.length / 2), () => response.destroy());
};

/** The bytes a client wants: `bytes=FROM-[TO]`, both included; all of them without; undefined for a bad range. */
const rangeOf = (header: string | undefined, length: number) => {
  if (header === undefined) return { from: 0, to: length - 1 };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header) ?? [];
  const from = Number(first ?? Number.NaN);
  const to = Math.min(last ? Number(last) : length - 1, length - 1);
  return from <= to ? { from, to } : undefined;
};

/** What a download of a file fails with because one of those it is for is in trouble; counts down. */
const troubleOf = (world: World, { readers }: MediaFile): number | 'hang' | undefined => {
  for (const number of readers) {
    const trouble = world.state.phones.get(number)?.trouble;
    if (trouble === undefined) continue;
    const code = refusal(trouble.refuseDownloads);
    if (code !== undefined) return code;
    if (strikes(trouble, 'hangDownloads')) return 'hang';
  }
  return undefined;
};

const download = (world: World, request: IncomingMessage, response: ServerResponse, path: string) => {
  const file = fetchFile(world, path);
  if (typeof file === 'number') return answerJson(response, file, { error: 'gone' });
  const trouble = troubleOf(world, file);
  if (typeof trouble === 'number') return answerJson(response, trouble, { error: 'trouble' });
  const { length } = file.bytes;
  const range = rangeOf(request.headers.range, length);
  if (range === undefined) {
    response.writeHead(416, { 'content-range': `bytes */${length}` }).end();
    return;
  }
  const part = file.bytes.subarray(range.from, range.to + 1);
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'accept-ranges': 'bytes',
    'content-length': part.length,
    'content-type': file.type,
    ...(request.headers.range && { 'content-range': `bytes ${range.from}-${range.to}/${length}` }),
  });
  if (trouble === 'hang') response.write(part.subarray(0, part.length / 2));
  else response.end(request.method === 'HEAD' ? undefined : part);
};

const readAll = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length <= MAX_UPLOAD) parts.push(part);
  }
  return length > MAX_UPLOAD ? undefined : Buffer.concat(parts);
};

/** An encrypted file from a companion: kept if its path names its sha256 (messages-media.js, getWAUploadToServer). */
const upload = async (world: World, request: IncomingMessage, response: ServerResponse, url: URL) => {
  const body = await readAll(request);
  const owner = world.state.media.tokens.get(url.searchParams.get('auth') ?? '');
  const phone = world.state.phones.get(owner ?? '');
  if (phone === undefined) return answerJson(response, 401, { error: 'unauthorized' });
  const { trouble } = phone;
  const code = refusal(trouble.refuseUploads);
  if (code !== undefined) return answerJson(response, code, { error: 'trouble' });
  if (body === undefined) return answerJson(response, 413, { error: 'too large' });
  if (sha256(body).toString('base64url') !== url.pathname.split('/').at(-1)) {
    return answerJson(response, 400, { error: 'the body has another sha256' });
  }
  if (strikes(trouble, 'redirectUploads')) {
    const location = `https://localhost:${request.socket.localPort}${request.url}`;
    response.writeHead(307, { location }).end();
    return;
  }
  const { directPath, url: fileUrl } = storeFile(world, { bytes: body, readers: [phone.number] });
  changed(world);
  const answer = { url: fileUrl, direct_path: directPath };
  if (strikes(trouble, 'hangUploads')) return;
  if (strikes(trouble, 'cutUploads')) cutShort(response, JSON.stringify(answer));
  else answerJson(response, 200, answer);
};

const handle = async (world: World, request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url ?? '/', 'https://localhost');
  if (request.method === 'GET' || request.method === 'HEAD') {
    return download(world, request, response, url.pathname);
  }
  if (request.method === 'POST' && /^\/(mms|product|pps)\/[^/]+\/[^/]+$/.test(url.pathname)) {
    return upload(world, request, response, url);
  }
  answerJson(response, 404, { error: 'no such path' });
};

/** Where files are uploaded to and downloaded from, over https. Give it a port, then put `host` into the state. */
export const mediaHost = (world: World, { cert, key }: ServerCertificate): Server =>
  createServer({ cert, key }, (request, response) => {
    handle(world, request, response).catch((error: unknown) => {
      // a client that goes away in the middle is its own affair
      if (!request.aborted) world.onError(error);
      response.destroy();
    });
  });
