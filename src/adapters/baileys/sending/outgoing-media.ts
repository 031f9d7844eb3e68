import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyMediaMessageContent, WAMediaUploadFunction } from '@whiskeysockets/baileys';
import { messageOf, WildcatError } from '../../../errors.ts';
import type { Content } from '../../../events/messages.ts';
import type { Files } from '../../../ports/files.ts';
import { defined } from '../reading/fields.ts';

/** What sending a file needs. `isOpen`: whether the session still is. */
export type Uploading = Readonly<{
  open: Files['open'];
  upload: WAMediaUploadFunction;
  isOpen: () => boolean;
}>;

const TRIES = 3;
const PAUSE_MS = 1_000;

/**
 * A kept file as Baileys sends it, read anew at each call; null for content that has none. What is given here
 * (thumbnail, seconds, waveform) Baileys does not make itself, for which it would keep a plain copy on disk.
 */
export const mediaContent = (content: Content, open: Files['open']): AnyMediaMessageContent | null => {
  const { media, type, caption } = content;
  if (media?.fileId === undefined || media.size === undefined || media.mimetype === undefined) return null;
  const { mimetype, width, height, seconds = 0, thumbnail = '', fileName, ptt = false, waveform } = media;
  const stream = { stream: open({ id: media.fileId, length: media.size }) };
  const shown = { mimetype, ...defined({ caption, width, height }) };
  switch (type) {
    case 'image':
      return { ...shown, image: stream, jpegThumbnail: thumbnail };
    case 'video': {
      const { gifPlayback = false } = media;
      return { ...shown, video: stream, jpegThumbnail: thumbnail, seconds, gifPlayback };
    }
    case 'audio': {
      const loudness = waveform === undefined ? new Uint8Array(64) : Buffer.from(waveform, 'base64');
      return { audio: stream, mimetype, seconds, ptt, ...(ptt ? { waveform: loudness } : {}) };
    }
    case 'document':
      return { ...shown, document: stream, fileName: fileName ?? 'file' };
    case 'sticker':
      return { ...shown, sticker: stream };
    default:
      return null;
  }
};

/**
 * Tries what uploads a file three times. Throws `upload_failed` where WhatsApp's media hosts don't take it; where the
 * session has closed meanwhile, or something else than they is at fault (`unavailable`), what was thrown: it is tried
 * again later.
 */
export const withUpload = async <T>(isOpen: () => boolean, send: () => Promise<T>): Promise<T> => {
  for (let tried = 1; ; tried++) {
    try {
      return await send();
    } catch (cause) {
      if (!isOpen() || (cause instanceof WildcatError && cause.code !== 'upload_failed')) throw cause;
      if (tried === TRIES) throw new WildcatError('upload_failed', messageOf(cause), { cause });
      await sleep(PAUSE_MS * tried);
    }
  }
};
