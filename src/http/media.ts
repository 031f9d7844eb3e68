import { WildcatError } from '../errors.ts';
import type { MediaFile } from '../queries/media.ts';
import { lookFor, requireAccount } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { chatMeant } from './recipient.ts';
import { type RequestInfo, type Route, route } from './route.ts';
import { getMedia, getMessageMedia, listMedia } from './schemas/media.ts';
import { HttpError } from './transport/errors.ts';
import { extensionOf, serve } from './transport/serving.ts';

/** Files that one answer lists at most. */
const MOST = 500;

const answer = ({ files }: HttpDeps, file: MediaFile, fallbackName: string, request: RequestInfo) => {
  const name = file.fileName ?? `${fallbackName}.${extensionOf(file.mimetype)}`;
  return serve({ ...file, name }, request.header, (range) => files.open(file, range));
};

/** Files: which there are, and their bytes. */
export const mediaRoutes = (deps: HttpDeps): readonly Route[] => [
  route(listMedia)(async ({ query }) => {
    const { accountId, chatId: typed, skip = 0, limit = MOST } = query;
    // which form of a number WhatsApp knows, an account has to ask
    const chatId = accountId === undefined ? typed : await chatMeant(deps, accountId, typed);
    const { media, hasMore } = await deps.queries.media({ ...query, chatId, skip, limit });
    const isPage = query.skip !== undefined || query.limit !== undefined;
    const pagination = { skip, limit, hasMore };
    return { status: 200, body: { ok: true, media, ...(isPage ? { pagination } : {}) } };
  }),
  route(getMedia)(async ({ params: { id }, request }) => {
    const file = await deps.files.findById(id);
    if (file === null) throw new WildcatError('not_found', 'media not found');
    return answer(deps, file, id, request);
  }),
  route(getMessageMedia)(async ({ params: { accountId, messageId }, query: { chatId: typed }, request }) => {
    requireAccount(deps, accountId);
    const chatId = await chatMeant(deps, accountId, typed);
    // not at once: whoever sees the message then sees its file, which of a moment before there may be none
    const message = await lookFor(deps, () => deps.queries.message(accountId, messageId, chatId));
    if (message === null) throw new WildcatError('not_found', 'Message not found');
    if (!message.hasMedia) throw new WildcatError('not_found', 'Message has no media');
    const media = await deps.queries.messageMedia(accountId, messageId, chatId);
    if (media.state === 'stored') return answer(deps, media.file, messageId, request);
    if (media.state === 'lazy') await deps.requestMedia(accountId, messageId, chatId);
    if (media.state === 'pending' || media.state === 'lazy') throw new HttpError(409, 'media pending');
    throw new HttpError(410, 'media unavailable');
  }),
];
