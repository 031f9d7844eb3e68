import type { Filter } from 'mongodb';
import { keyOf } from '../events/ids.ts';
import type { MediaDoc } from '../projections/media.ts';
import { findChat, loadNamesOf, type NameOf } from './names.ts';
import { byAge, NEWEST_FIRST } from './stored-messages.ts';
import type { ReadViews } from './views.ts';

/** A kept file and the message it came with, as `GET /media` shows it. Times are ISO 8601. */
type MediaAnswer = Readonly<{
  id: string;
  filename: string;
  contentType: string;
  length: number;
  uploadDate: string;
  metadata: Readonly<{
    accountId: string;
    messageId: string;
    chatId: string;
    uploadedAt: string;
    mediaType: string;
    mimetype: string;
    caption: string | null;
    fileName: string | null;
    fileLength: number;
    width: number | null;
    height: number | null;
  }>;
}>;

/** The bytes to be had under `id`. `fileName` is what the sender calls it. */
export type MediaFile = Readonly<{
  id: string;
  sha256: string;
  length: number;
  mimetype: string;
  fileName: string | null;
}>;

/** How a message's file is to be had: `lazy` once somebody asks for it, `none` where the message has or had none that anyone could fetch. */
export type MediaState =
  | Readonly<{ state: 'stored'; file: MediaFile }>
  | Readonly<{ state: 'pending' | 'lazy' | 'unavailable' | 'none' }>;

export type MediaFilter = Readonly<{
  limit: number;
  skip: number;
  messageId?: string | undefined;
  accountId?: string | undefined;
  chatId?: string | undefined;
}>;

type MediaQueries = Readonly<{
  /** Kept files, those of the newest messages first. */
  list: (filter: MediaFilter) => Promise<Readonly<{ media: MediaAnswer[]; hasMore: boolean }>>;
  /** Of the newest message with this id, or of the one in `chatId`. */
  ofMessage: (account: string, messageId: string, chatId?: string) => Promise<MediaState>;
}>;

const answerOf = (doc: MediaDoc, nameOf: NameOf): MediaAnswer[] => {
  const { account, waId, file, media, type, caption, timestamp } = doc;
  if (file === undefined) return [];
  const { id, length, mimetype, at } = file;
  const { fileName = null, width = null, height = null } = media;
  return [
    {
      id,
      filename: `${account}_${waId}_${timestamp * 1_000}`,
      contentType: mimetype,
      length,
      uploadDate: at,
      metadata: {
        accountId: account,
        messageId: waId,
        chatId: nameOf(doc.chatAddress).id,
        uploadedAt: at,
        mediaType: type,
        ...{ mimetype, caption, fileName, fileLength: length, width, height },
      },
    },
  ];
};

const stateOf = ({ file, error, media, lazy }: MediaDoc): MediaState => {
  if (file === undefined && lazy === true) return { state: 'lazy' };
  if (file === undefined) return { state: error === undefined ? 'pending' : 'unavailable' };
  const { id, sha256, length, mimetype } = file;
  return { state: 'stored', file: { id, sha256, length, mimetype, fileName: media.fileName ?? null } };
};

export const createMediaQueries = (read: ReadViews): MediaQueries => {
  const chatKeys = async (account: string | undefined, chatId: string): Promise<readonly string[]> => {
    const chat = account === undefined ? null : await findChat(read, account, chatId);
    return chat?.addresses ?? [keyOf(chatId)];
  };
  const filterOf = async ({
    messageId,
    accountId,
    chatId,
  }: Partial<MediaFilter>): Promise<Filter<MediaDoc>> => ({
    ...(accountId === undefined ? {} : { account: accountId }),
    ...(messageId === undefined ? {} : { waId: messageId }),
    ...(chatId === undefined ? {} : { chats: { $in: [...(await chatKeys(accountId, chatId))] } }),
  });
  return {
    list: async ({ limit, skip, ...wanted }) => {
      const filter = { ...(await filterOf(wanted)), file: { $exists: true } };
      const media = await read('media');
      const newest = media.find(filter).sort(NEWEST_FIRST).skip(skip);
      const found = await newest.limit(limit + 1).toArray();
      const docs = found.slice(0, limit);
      const namesFor = await loadNamesOf(read, docs, ({ chatAddress }) => [chatAddress]);
      return {
        media: docs.flatMap((doc) => answerOf(doc, namesFor(doc))),
        hasMore: found.length > limit,
      };
    },
    ofMessage: async (accountId, messageId, chatId) => {
      const media = await read('media');
      const docs = await media.find(await filterOf({ accountId, messageId, chatId })).toArray();
      const [newest] = docs.sort(byAge);
      return newest === undefined ? { state: 'none' } : stateOf(newest);
    },
  };
};
