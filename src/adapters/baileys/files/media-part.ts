import type { MediaType, proto } from '@whiskeysockets/baileys';
import { fileHolder } from '../reading/layouts.ts';
import { infoOfRaw } from '../reading/raw.ts';
import { unwrap } from '../reading/unwrap.ts';

/** The part of a message that names a file, as far as it is needed to fetch and check it. */
export type MediaPart = Readonly<{
  kind: MediaType;
  url: string | null;
  directPath: string | null;
  mediaKey: Uint8Array;
  sha256: Uint8Array | null;
  length: number | null;
}>;

type Part = Readonly<{
  url?: string | null;
  directPath?: string | null;
  mediaKey?: Uint8Array | null;
  fileSha256?: Uint8Array | null;
  fileLength?: unknown;
}>;

const partOf = (message: proto.IMessage): readonly [MediaType, Part] | null => {
  const parts: readonly (readonly [MediaType, Part | null | undefined])[] = [
    ['image', message.imageMessage],
    ['video', message.videoMessage ?? message.ptvMessage],
    ['audio', message.audioMessage],
    ['document', message.documentMessage],
    ['sticker', message.stickerMessage],
  ];
  for (const [kind, part] of parts) if (part) return [kind, part];
  return null;
};

/** The file that a logged message names, or null where it names none that could be fetched. */
export const mediaPartOf = (raw: string): MediaPart | null => {
  const { message } = infoOfRaw(raw);
  const found = partOf(fileHolder(unwrap(message ?? {}).message));
  if (found === null) return null;
  const [kind, { url, directPath, mediaKey, fileSha256, fileLength }] = found;
  if (!mediaKey?.length || (!url && !directPath)) return null;
  const length = fileLength === null || fileLength === undefined ? null : Number(String(fileLength));
  return {
    kind,
    url: url || null,
    directPath: directPath || null,
    mediaKey,
    sha256: fileSha256?.length ? fileSha256 : null,
    length: Number.isSafeInteger(length) ? length : null,
  };
};
