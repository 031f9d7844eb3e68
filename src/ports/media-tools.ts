import type { Readable } from 'node:stream';

/** Opens the bytes of a file anew at each call. */
export type Source = () => Readable;

/** What is known of a picture or film. `thumbnail`: a small JPEG in base64. */
export type Picture = Readonly<{ width: number; height: number; thumbnail: string }>;

/** Opus in Ogg, as WhatsApp plays it. `waveform`: base64 of 64 bytes from 0 to 100. */
export type Sound = Readonly<{ seconds: number; waveform: string }>;

/**
 * What looks into files and makes others of them. Everything but `sniff` throws `unprocessable` for a file that is
 * broken or not of its type, and where the program for it is missing.
 */
export type MediaTools = {
  /** The media type that the first 4,100 bytes tell; null where they tell none (text, HTML, SVG). */
  sniff: (head: Uint8Array) => Promise<string | null>;
  picture: (source: Source) => Promise<Picture>;
  /** A JPEG of 640 × 640 pixels, the middle of the picture. */
  profile: (source: Source) => Promise<Buffer>;
  /** Null where nothing here can look into films: they are sent all the same. */
  film: (source: Source) => Promise<(Picture & { readonly seconds: number }) | null>;
  /** 512 × 512 WebP, what is around the picture transparent. `use` gets its bytes. */
  sticker: <T>(source: Source, use: (webp: Readable) => Promise<T>) => Promise<T>;
  /** Converted to Opus in Ogg, one channel. `use` gets its bytes. */
  opus: <T>(source: Source, mimetype: string, use: (ogg: Readable) => Promise<T>) => Promise<T>;
  /** Length and loudness of any sound; null where nothing here can tell. */
  sound: (source: Source, mimetype: string) => Promise<Sound | null>;
};
