import { sessionCaller } from './asking.ts';
import type { HttpDeps } from './deps.ts';
import { type Route, route } from './route.ts';
import {
  getContactPicture,
  getGroupPicture,
  getProfilePicture,
  removeGroupPicture,
  removeProfilePicture,
  setGroupPicture,
  setProfilePicture,
} from './schemas/pictures.ts';
import type { Upload } from './schemas/upload.ts';
import { withBytes } from './transport/with-bytes.ts';

type Size = Readonly<{ size: 'image' | 'preview' }>;

/** Pictures of people, groups and the account itself; none is kept here. */
export const pictureRoutes = (deps: HttpDeps): readonly Route[] => {
  const call = sessionCaller(deps);
  const show = async (accountId: string, jid: string | null, { size }: Size) => {
    const jpeg = await call(accountId, 'picture', { jid, small: size === 'preview' });
    const headers = {
      'Content-Type': 'image/jpeg',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'private, no-cache',
    };
    return { status: 200, body: Buffer.from(jpeg, 'base64'), headers } as const;
  };
  const put = async (accountId: string, jid: string | null, upload: Upload) => {
    const jpeg = await withBytes(deps, accountId, upload, ({ staged }) => deps.makePicture(staged));
    await call(accountId, 'pictureChange', { jid, jpeg: jpeg.toString('base64') });
    return { status: 200, body: { ok: true } } as const;
  };
  const remove = async (accountId: string, jid: string | null) => {
    await call(accountId, 'pictureChange', { jid, jpeg: null });
    return { status: 200, body: { ok: true } } as const;
  };
  return [
    route(getContactPicture)(({ params, query }) => show(params.accountId, params.contactId, query)),
    route(getProfilePicture)(({ params, query }) => show(params.accountId, null, query)),
    route(setProfilePicture)(({ params, body }) => put(params.accountId, null, body.file)),
    route(removeProfilePicture)(({ params }) => remove(params.accountId, null)),
    route(getGroupPicture)(({ params, query }) => show(params.accountId, params.groupId, query)),
    route(setGroupPicture)(({ params, body }) => put(params.accountId, params.groupId, body.file)),
    route(removeGroupPicture)(({ params }) => remove(params.accountId, params.groupId)),
  ];
};
