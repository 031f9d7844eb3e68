import { WildcatError } from '../errors.ts';
import type { Content } from '../events/messages.ts';
import type { Files, Staged } from '../ports/files.ts';
import type { MediaTools, Source } from '../ports/media-tools.ts';

export type MediaKind = 'image' | 'video' | 'audio' | 'document' | 'sticker';

type Media = NonNullable<Content['media']>;

/** What the client says of its file. */
export type Claimed = Readonly<{
  mimetype?: string | undefined;
  fileName?: string | undefined;
  ptt?: boolean;
  gifPlayback?: boolean;
}>;

type MediaMaking = Readonly<{
  files: Pick<Files, 'stage' | 'keep' | 'open' | 'discard'>;
  tools: MediaTools;
  /** Largest file that conversions may make. */
  maxBytes: number;
}>;

/** A file as it will be sent. `staged`: its bytes, those that came or those made of them. */
type Made = Readonly<{ staged: Staged; mimetype: string; media: Media }>;

const HEAD_BYTES = 4_100;
const OPUS = 'audio/ogg; codecs=opus';
const PLAIN_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/;
/** Containers that hold many kinds of documents: there the client knows better. */
const CONTAINERS: ReadonlySet<string> = new Set(['application/zip', 'application/x-cfb', 'application/xml']);
/** File types that file-type files under film or application, and that may well be sounds. */
const MAYBE_SOUND: ReadonlySet<string> = new Set([
  'video/mp4',
  'video/3gpp',
  'video/webm',
  'video/ogg',
  'application/ogg',
]);

/** A media type without its parameters, in lower case (WHATWG MIME Sniffing). */
export const essence = (mimetype: string): string => mimetype.split(';')[0]?.trim().toLowerCase() ?? '';

const wrongKind = (kind: MediaKind, is: string | null): WildcatError => {
  const article = kind === 'image' || kind === 'audio' ? 'an' : 'a';
  const wanted = kind === 'sticker' ? 'an image' : `${article} ${kind}`;
  return new WildcatError('unsupported', `The file is not ${wanted} (${is ?? 'of no known type'})`);
};

const isKind = (kind: MediaKind, type: string): boolean => {
  if (kind === 'audio') return type.startsWith('audio/') || MAYBE_SOUND.has(type);
  return type.startsWith(kind === 'sticker' ? 'image/' : `${kind}/`);
};

/** The type of a document: what its bytes say, unless that is only the wrapping of what the client says. */
export const documentType = (sniffed: string | null, claimed: string | undefined): string => {
  const said = essence(claimed ?? '');
  const isSaid = PLAIN_TYPE.test(said);
  if (sniffed === null) return isSaid ? said : 'application/octet-stream';
  return CONTAINERS.has(essence(sniffed)) && isSaid && said.startsWith('application/') ? said : sniffed;
};

const voice = async (
  { files, tools, maxBytes }: MediaMaking,
  staged: Staged,
  type: string,
  ptt: boolean,
): Promise<Made> => {
  const source: Source = () => files.open(staged);
  const stage = (ogg: AsyncIterable<Uint8Array>) => files.stage(staged.account, ogg, maxBytes);
  const isOpus = type === OPUS;
  const sound = isOpus ? staged : await tools.opus(source, type, stage);
  const measured = await tools
    .sound(() => files.open(sound), OPUS)
    .catch(async (error: unknown) => {
      // what can't be dropped now is swept later: it would hide what is wrong with the file
      if (sound !== staged) await files.discard(sound).catch(() => undefined);
      throw error;
    });
  const { waveform, ...length } = measured ?? { waveform: undefined };
  return {
    staged: sound,
    mimetype: OPUS,
    media: { ...length, ...(ptt ? { ptt, ...(waveform === undefined ? {} : { waveform }) } : {}) },
  };
};

const make = async (
  making: MediaMaking,
  kind: MediaKind,
  staged: Staged,
  claimed: Claimed,
): Promise<Made> => {
  const { files, tools, maxBytes } = making;
  const source: Source = () => files.open(staged);
  const head = { start: 0, end: Math.min(HEAD_BYTES, staged.length) - 1 };
  const parts: Uint8Array[] = await files.open(staged, head).toArray();
  const sniffed = await tools.sniff(Buffer.concat(parts));
  const { fileName, gifPlayback = false, ptt = false } = claimed;
  if (kind === 'document') {
    const media = fileName === undefined ? {} : { fileName };
    return { staged, mimetype: documentType(sniffed, claimed.mimetype), media };
  }
  if (sniffed === null || !isKind(kind, essence(sniffed))) throw wrongKind(kind, sniffed);
  switch (kind) {
    case 'image':
      return { staged, mimetype: sniffed, media: await tools.picture(source) };
    case 'video': {
      const film = (await tools.film(source)) ?? {};
      return { staged, mimetype: sniffed, media: gifPlayback ? { ...film, gifPlayback } : film };
    }
    case 'audio':
      return voice(making, staged, sniffed, ptt);
    case 'sticker': {
      const webp = await tools.sticker(source, (bytes) => files.stage(staged.account, bytes, maxBytes));
      return { staged: webp, mimetype: 'image/webp', media: { width: 512, height: 512 } };
    }
  }
};

/**
 * Makes of an uploaded file what WhatsApp takes, keeps it, and tells what a message says of it. Throws `unsupported`
 * for a file of another kind, `unprocessable` for a broken one, `gone` where the account was erased meanwhile; then
 * nothing is kept.
 */
export const makeMedia = async (
  making: MediaMaking,
  kind: MediaKind,
  staged: Staged,
  claimed: Claimed,
): Promise<Media> => {
  if (staged.length === 0) throw new WildcatError('invalid', 'The file is empty');
  const made = await make(making, kind, staged, claimed);
  const { id, sha256, length } = await making.files.keep(made.staged, {
    mimetype: made.mimetype,
    fileName: made.media.fileName,
  });
  return { ...made.media, mimetype: made.mimetype, size: length, sha256, fileId: id };
};
