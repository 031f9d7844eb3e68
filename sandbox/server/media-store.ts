import { sha256 } from '../protocol/media.ts';
import type { World } from './world.ts';

/** The media host keeps so many bytes; the oldest files go first. */
const LIMIT = 128 * 1024 * 1024;
/** Milliseconds a file stays there. */
const LIFETIME = 14 * 24 * 3_600_000;

/** A file on the media host; it knows nothing of what is in it. */
export interface MediaFile {
  /** Name of its bytes: their sha256, hex. */
  readonly blob: string;
  readonly length: number;
  /** Content type it is served with. */
  readonly type: string;
  /** Numbers of the accounts whose trouble with downloads strikes here. */
  readonly readers: readonly string[];
  readonly expiresAt: number;
  /** Status it is refused with from now on. */
  gone: number | undefined;
}

export interface MediaStore {
  /** `host:port` files are served from; empty until the host listens. */
  host: string;
  /** By path, oldest first. */
  readonly files: Map<string, MediaFile>;
  /** Upload token to number. */
  readonly tokens: Map<string, string>;
  bytes: number;
}

export const makeMediaStore = (): MediaStore => ({ host: '', files: new Map(), tokens: new Map(), bytes: 0 });

interface StoredFile {
  readonly path: string;
  /** Path and query, as messages carry it. */
  readonly directPath: string;
  readonly url: string;
}

/** Takes a file out, its bytes unless another one has the same. */
const drop = (world: World, path: string) => {
  const { media } = world.state;
  const file = media.files.get(path);
  if (file === undefined) return;
  media.files.delete(path);
  media.bytes -= file.length;
  if ([...media.files.values()].every(({ blob }) => blob !== file.blob)) world.blobs.drop(file.blob);
};

/** Where a file is served at the moment. */
export const urlOf = (world: World, directPath: string): string =>
  `https://${world.state.media.host}${directPath}`;

/** Takes a file in under a path nobody can guess, and lets the oldest go if there is no more room. */
export const storeFile = (
  world: World,
  file: Pick<MediaFile, 'readers'> & { readonly bytes: Buffer; readonly type?: string },
): StoredFile => {
  const { media } = world.state;
  const expiresAt = world.now() + LIFETIME;
  const kind = file.type === undefined ? 'v/t62.7118-24' : 'v/t61.24694-24';
  const ending = file.type === undefined ? 'n.enc' : 'n.jpg';
  const path = `/${kind}/${world.random(6).readUIntBE(0, 6)}_${world.random(6).readUIntBE(0, 6)}_${ending}`;
  const blob = sha256(file.bytes).toString('hex');
  world.blobs.put(blob, file.bytes);
  media.files.set(path, {
    blob,
    length: file.bytes.length,
    type: file.type ?? 'application/octet-stream',
    readers: file.readers,
    expiresAt,
    gone: undefined,
  });
  media.bytes += file.bytes.length;
  for (const oldest of media.files.keys()) {
    if (media.bytes <= LIMIT || oldest === path) break;
    drop(world, oldest);
  }
  const expiry = Math.floor(expiresAt / 1000).toString(16);
  const directPath = `${path}?ccb=11-4&oh=${world.random(8).toString('hex')}&oe=${expiry}&_nc_sid=5e03e0`;
  return { path, directPath, url: `${urlOf(world, directPath)}&mms3=true` };
};

interface ServedFile extends MediaFile {
  readonly bytes: Buffer;
}

/** The file at a path, or the status a request for it gets: 404 for an unknown one, 410 for one past its time. */
export const fetchFile = (world: World, path: string): ServedFile | number => {
  const file = world.state.media.files.get(path);
  if (file === undefined) return 404;
  if (file.gone !== undefined) return file.gone;
  if (file.expiresAt <= world.now()) return 410;
  const bytes = world.blobs.get(file.blob);
  return bytes === undefined ? 404 : { ...file, bytes };
};

/** What a phone has on its own disk: its copy outlives that on the media host, unless that ran out of room. */
export const ownCopy = (world: World, path: string): Buffer | undefined => {
  const file = world.state.media.files.get(path);
  return file && world.blobs.get(file.blob);
};

/** Takes files off the host: they answer with that status from now on. Gives how many there were. */
export const expireFiles = (world: World, status: number, paths: Iterable<string>): number => {
  let count = 0;
  for (const path of paths) {
    const file = world.state.media.files.get(path);
    if (file === undefined) continue;
    file.gone = status;
    count += 1;
  }
  return count;
};

/** The token an account uploads with. */
export const uploadToken = (world: World, number: string): string => {
  const { tokens } = world.state.media;
  for (const [token, owner] of tokens) if (owner === number) return token;
  const token = world.random(24).toString('base64url');
  tokens.set(token, number);
  return token;
};
