import type { proto } from '@whiskeysockets/baileys';
import { decryptMedia, encryptMedia, type MediaUse } from '../protocol/media.ts';
import { fetchFile, ownCopy, storeFile } from '../server/media-store.ts';
import type { MediaKind, Readable } from '../server/shown.ts';
import type { World } from '../server/world.ts';

/** A file to send, and what is said about it. */
export interface OutgoingFile {
  readonly kind: MediaKind;
  readonly data: Buffer;
  readonly mimetype?: string | undefined;
  readonly caption?: string | undefined;
  readonly fileName?: string | undefined;
  readonly seconds?: number | undefined;
  readonly gif?: boolean | undefined;
  /** Of pictures: a tiny JPEG, and the size in pixels. */
  readonly preview?:
    | { readonly thumbnail: Buffer; readonly width: number; readonly height: number }
    | undefined;
}

const USES: Readonly<Record<MediaKind, MediaUse>> = {
  image: 'Image',
  sticker: 'Image',
  video: 'Video',
  voice: 'Audio',
  audio: 'Audio',
  document: 'Document',
};
const MIMETYPES: Readonly<Record<MediaKind, string>> = {
  image: 'image/jpeg',
  sticker: 'image/webp',
  video: 'video/mp4',
  voice: 'audio/ogg; codecs=opus',
  audio: 'audio/mp4',
  document: 'application/octet-stream',
};
const WAVEFORM_LENGTH = 64;

/** A waveform as voice notes carry it, 64 numbers from 0 to 99: made of the file's bytes, not of its sound. */
const waveformOf = (data: Buffer): Buffer =>
  Buffer.from(
    Array.from({ length: WAVEFORM_LENGTH }, (_, at) => {
      const place = Math.floor((at * data.length) / WAVEFORM_LENGTH);
      return (data[place] ?? 0) % 100;
    }),
  );

/** Encrypts a file, uploads it, and gives the message that carries it. `readers` are the numbers it is meant for. */
export const fileMessage = (world: World, file: OutgoingFile, readers: readonly string[]): proto.IMessage => {
  const { body, key, sha256, encSha256 } = encryptMedia(file.data, USES[file.kind], world.random);
  const { url, directPath } = storeFile(world, { bytes: body, readers });
  const { kind, caption, fileName, seconds, preview } = file;
  const common = {
    url,
    directPath,
    mimetype: file.mimetype ?? MIMETYPES[kind],
    mediaKey: key,
    mediaKeyTimestamp: Math.floor(world.now() / 1000),
    fileSha256: sha256,
    fileEncSha256: encSha256,
    fileLength: file.data.length,
  };
  const size = preview === undefined ? {} : { width: preview.width, height: preview.height };
  const look = preview === undefined ? {} : { ...size, jpegThumbnail: preview.thumbnail };
  const said = caption === undefined ? {} : { caption };
  switch (kind) {
    case 'image':
      return { imageMessage: { ...common, ...look, ...said } };
    case 'video':
      return {
        videoMessage: { ...common, ...said, seconds: seconds ?? 1, gifPlayback: file.gif ?? false },
      };
    case 'voice':
      return {
        audioMessage: { ...common, ptt: true, seconds: seconds ?? 1, waveform: waveformOf(file.data) },
      };
    case 'audio':
      return { audioMessage: { ...common, ptt: false, seconds: seconds ?? 1 } };
    case 'sticker':
      return { stickerMessage: { ...common, ...size, isAnimated: false } };
    case 'document': {
      const name = fileName ?? 'file';
      const documentMessage = { ...common, ...look, ...said, fileName: name, title: name };
      return caption === undefined
        ? { documentMessage }
        : { documentWithCaptionMessage: { message: { documentMessage } } };
    }
  }
};

const useOf = (kind: string): MediaUse | undefined =>
  Object.entries(USES).find(([name]) => name === kind)?.[1];

/** Downloads the file of a message from the media host and checks it; one that fails says why in `error`. */
export const withFile = (world: World, words: Readable): Readable => {
  const use = useOf(words.kind);
  const { media } = words;
  if (media === undefined || use === undefined) return words;
  const file = fetchFile(world, media.path);
  const failed = (error: string): Readable => ({ ...words, media: { ...media, error } });
  if (typeof file === 'number') return failed(`the media host answers ${file}`);
  try {
    const plain = decryptMedia(file.bytes, use, media);
    return plain.length === media.length ? words : failed('the file has another length');
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
};

/** The plain file of a message a phone shows; undefined without one, or when it could not be downloaded. */
export const fileOf = (world: World, { kind, media }: Readable): Buffer | undefined => {
  const use = useOf(kind);
  if (media === undefined || media.error !== undefined || use === undefined) return undefined;
  const body = ownCopy(world, media.path);
  return body && decryptMedia(body, use, media);
};
