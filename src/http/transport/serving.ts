import type { Readable } from 'node:stream';
import { essence } from '../../commands/media.ts';
import type { ByteRange } from '../../ports/files.ts';
import { HttpError } from './errors.ts';

/** What is served: `sha256` is its ETag, `length` in bytes, `name` what it is saved as. */
export type Served = Readonly<{ sha256: string; length: number; mimetype: string; name: string }>;

type Headers = Readonly<Record<string, string>>;
type Opened = Readonly<{ status: 200 | 206 | 304; body: Readable | null; headers: Headers }>;

/** What a browser may show in place: nothing that could run a script. */
const INLINE =
  /^(image\/(jpeg|png|gif|webp|avif|bmp|heic)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf)$/;

/** Strangers choose the bytes: a browser must neither guess their type nor run what is in them. */
const SAFE: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'private, no-cache',
  'Accept-Ranges': 'bytes',
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'video/quicktime': 'mov',
  'video/3gpp': '3gp',
  'text/plain': 'txt',
  'application/octet-stream': 'bin',
};

/** The file name extension of a media type, e.g. `jpg`. */
export const extensionOf = (mimetype: string): string => {
  const type = essence(mimetype);
  const sub = type.split('/')[1] ?? '';
  return EXTENSIONS[type] ?? (/^[a-z0-9]{2,5}$/.test(sub) ? sub : 'bin');
};

const isControl = (char: string): boolean => char < ' ' || char === '\u007f';

/** RFC 6266: a plain name for old clients, and the full one as RFC 5987 has it. Directories are cut off. */
export const disposition = (name: string, mimetype: string): string => {
  const kind = INLINE.test(essence(mimetype)) ? 'inline' : 'attachment';
  const base = name.split(/[\\/]/).at(-1) ?? '';
  const clean =
    [...base.replace(/[\ud800-\udfff]/gu, '\ufffd')].filter((char) => !isControl(char)).join('') || 'file';
  const ascii = clean.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  if (ascii === clean) return `${kind}; filename="${ascii}"`;
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
};

/** The one range that is asked for; null where it is none that we serve (then all is sent), 'unsatisfiable' beyond the end. */
export const rangeOf = (header: string, length: number): ByteRange | 'unsatisfiable' | null => {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return null;
  if (first === '') {
    const wanted = Math.min(Number(last), length);
    return wanted === 0 ? 'unsatisfiable' : { start: length - wanted, end: length - 1 };
  }
  const start = Number(first);
  const end = last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= length ? 'unsatisfiable' : { start, end };
};

/** Whether an If-None-Match names this ETag. */
export const hasTag = (header: string, etag: string): boolean =>
  header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);

/**
 * Answers a GET for a file (RFC 9110: conditional, ranges of one part). `open` is called where bytes are sent. Throws
 * 416 for a range beyond the end.
 */
export const serve = (
  file: Served,
  header: (name: string) => string,
  open: (range: ByteRange) => Readable,
): Opened => {
  const { length, mimetype, name } = file;
  const etag = `"${file.sha256}"`;
  const common = { ...SAFE, ETag: etag };
  if (hasTag(header('if-none-match'), etag)) return { status: 304, body: null, headers: common };
  const ifRange = header('if-range');
  const range = ifRange === '' || ifRange === etag ? rangeOf(header('range'), length) : null;
  if (range === 'unsatisfiable')
    throw new HttpError(416, 'Range not satisfiable', { 'Content-Range': `bytes */${length}` });
  const { start, end } = range ?? { start: 0, end: length - 1 };
  const headers = {
    ...common,
    'Content-Type': mimetype,
    'Content-Length': String(end + 1 - start),
    'Content-Disposition': disposition(name, mimetype),
    ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end}/${length}` }),
  };
  return { status: range === null ? 200 : 206, body: open({ start, end }), headers };
};
