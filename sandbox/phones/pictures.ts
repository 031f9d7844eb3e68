import sharp from 'sharp';
import type { MediaKind } from '../server/shown.ts';

const WIDTH = 32;

export interface Look {
  /** A tiny JPEG. */
  readonly thumbnail: Buffer;
  readonly width: number;
  readonly height: number;
}

/** The size of a picture and a thumbnail of it; undefined for what is no picture (any bytes may be sent as one). */
export const lookAt = async (kind: MediaKind, data: Buffer): Promise<Look | undefined> => {
  if (kind !== 'image' && kind !== 'sticker') return undefined;
  try {
    const { width, height } = await sharp(data).metadata();
    const thumbnail = await sharp(data).resize(WIDTH).jpeg({ quality: 50 }).toBuffer();
    return { thumbnail, width, height };
  } catch {
    return undefined;
  }
};
