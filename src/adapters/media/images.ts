import { Readable } from 'node:stream';
import type { Sharp } from 'sharp';
import { WildcatError } from '../../errors.ts';
import type { MediaTools, Picture } from '../../ports/media-tools.ts';
import { withFile } from './temp-file.ts';

const THUMBNAIL_PX = 72;
const PROFILE_PX = 640;
const STICKER_PX = 512;
const MAX_PIXELS = 100_000_000;
const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 };

// Loaded at the first picture: an idle service shall not hold libvips. It caches nothing, so that it gives back what it took.
const load = async (path: string, options: object = {}): Promise<Sharp> => {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error', ...options });
};

const broken = (cause: unknown): WildcatError =>
  new WildcatError('unprocessable', 'The image is broken or too large to be read', { cause });

/** Size (as shown, turned where the picture says so) and thumbnail of the picture at `path`. */
export const readPicture = async (path: string): Promise<Picture> => {
  const { autoOrient } = await (await load(path)).metadata();
  const small = (await load(path)).autoOrient().resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: 'inside' });
  const thumbnail = await small.flatten({ background: '#fff' }).jpeg({ quality: 50 }).toBuffer();
  return { ...autoOrient, thumbnail: thumbnail.toString('base64') };
};

export const picture: MediaTools['picture'] = (source) =>
  withFile(source, (path) =>
    readPicture(path).catch((error: unknown) => {
      throw broken(error);
    }),
  );

/** Cut to a square from the middle, as phones do. */
export const profile: MediaTools['profile'] = (source) =>
  withFile(source, async (path) => {
    try {
      const square = (await load(path)).autoOrient().resize(PROFILE_PX, PROFILE_PX, { fit: 'cover' });
      return await square.flatten({ background: '#fff' }).jpeg({ quality: 80 }).toBuffer();
    } catch (error) {
      throw broken(error);
    }
  });

const webpOf = async (path: string): Promise<Buffer> => {
  const image = await load(path, { animated: true });
  const square = image.resize(STICKER_PX, STICKER_PX, { fit: 'contain', background: TRANSPARENT });
  return square.webp({ quality: 80 }).toBuffer();
};

export const sticker: MediaTools['sticker'] = async (source, use) => {
  const webp = await withFile(source, (path) =>
    webpOf(path).catch((error: unknown) => {
      throw broken(error);
    }),
  );
  return use(Readable.from([webp]));
};
