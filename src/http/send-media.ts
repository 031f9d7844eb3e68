import type { MediaKind } from '../commands/media.ts';
import type { Content } from '../events/messages.ts';
import type { HttpDeps } from './deps.ts';
import { sendOnce, type Wanted } from './idempotent-send.ts';
import { requestHash } from './message-ids.ts';
import { type Route, route } from './route.ts';
import { sendAudio, sendDocument, sendImage, sendSticker, sendVideo } from './schemas/send-media.ts';
import type { Upload } from './schemas/upload.ts';
import { composed } from './sends.ts';
import { withBytes } from './transport/with-bytes.ts';

type Body = Readonly<{
  to: string;
  file: Upload;
  caption: string | undefined;
  quotedMessageId: string | undefined;
  mentions: readonly string[];
  fileName?: string | undefined;
  ptt?: boolean;
  gifPlayback?: boolean;
}>;

/** WhatsApp has no caption for these. */
const SILENT: ReadonlySet<MediaKind> = new Set(['audio', 'sticker']);

const media = (deps: HttpDeps, account: string, kind: MediaKind, body: Body): Wanted => {
  const { to, file, caption, quotedMessageId, mentions, ptt = false, gifPlayback = false } = body;
  const source = file.staged?.sha256 ?? file.url;
  const named = body.fileName ?? file.fileName;
  return {
    bodyHash: requestHash(
      kind,
      to,
      source,
      caption,
      quotedMessageId,
      mentions,
      ptt,
      gifPlayback,
      body.fileName,
    ),
    compose: async () => {
      const plain: Content = { type: kind, text: null, ...(SILENT.has(kind) ? {} : { caption }) };
      // who is quoted is looked up before a file is looked into
      const message = await composed(deps, account, { to, quotedMessageId, mentions }, plain);
      const made = await withBytes(deps, account, file, ({ staged, mimetype, fileName }) =>
        deps.makeMedia(kind, staged, { mimetype, fileName: named ?? fileName, ptt, gifPlayback }),
      );
      return { ...message, content: { ...message.content, media: made } };
    },
  };
};

const KINDS = [
  ['image', sendImage],
  ['video', sendVideo],
  ['audio', sendAudio],
  ['document', sendDocument],
  ['sticker', sendSticker],
] as const;

/** Files on their way out. */
export const sendMediaRoutes = (deps: HttpDeps): readonly Route[] =>
  KINDS.map(([kind, contract]) =>
    route(contract)(({ params: { accountId }, body, request }) =>
      sendOnce(deps, accountId, request, media(deps, accountId, kind, body)),
    ),
  );
