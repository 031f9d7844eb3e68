import { z } from 'zod';
import type { Contract } from '../route.ts';
import { accountParams } from './accounts.ts';
import { nothing, ok, pathOnly } from './fields.ts';
import { GROUP, groupParams } from './groups.ts';
import { ofTypes } from './media-types.ts';
import { CONTACT, callErrors, jidParam } from './session-calls.ts';
import { isUpload, type Upload } from './upload.ts';

const FILE = 'picture file is required';
const done = { 200: z.object({ ok }) };
const bytes = { 200: ofTypes(z.union([z.string(), z.instanceof(Buffer)]), 'image/jpeg') };
const body = z.object({ file: z.custom<Upload>(isUpload, FILE) });
const SIZE = 'size must be image or preview';
const query = z.object({ size: z.enum(['image', 'preview'], SIZE).default('image') });

const ofFile = (...more: readonly string[]) => ({
  ...callErrors(...more, FILE),
  413: ['(the file is larger than MAX_UPLOAD_MB)'],
  422: ['WhatsApp refused this', 'The image is broken or too large to be read'],
});

export const getContactPicture = {
  method: 'get',
  path: '/accounts/:accountId/contacts/:contactId/picture',
  summary: 'The picture of a person, as WhatsApp has it now',
  params: accountParams.extend({ contactId: jidParam(CONTACT) }),
  ...pathOnly,
  query,
  responses: bytes,
  errors: callErrors(CONTACT, SIZE),
} as const satisfies Contract;

export const getProfilePicture = {
  ...getContactPicture,
  path: '/accounts/:accountId/profile/picture',
  summary: "The account's own picture",
  params: accountParams,
  errors: callErrors(SIZE),
} as const satisfies Contract;

export const setProfilePicture = {
  method: 'put',
  path: '/accounts/:accountId/profile/picture',
  summary: "Set the account's own picture: a form with the file, or JSON with url or base64",
  file: 'picture',
  params: accountParams,
  query: nothing,
  body,
  responses: done,
  errors: ofFile(),
} as const satisfies Contract;

export const removeProfilePicture = {
  method: 'delete',
  path: '/accounts/:accountId/profile/picture',
  summary: "Take the account's own picture away",
  params: accountParams,
  ...pathOnly,
  responses: done,
  errors: callErrors(),
} as const satisfies Contract;

export const getGroupPicture = {
  ...getContactPicture,
  path: '/accounts/:accountId/groups/:groupId/picture',
  summary: 'The picture of a group, as WhatsApp has it now',
  params: groupParams,
  errors: callErrors(GROUP, SIZE),
} as const satisfies Contract;

export const setGroupPicture = {
  ...setProfilePicture,
  path: '/accounts/:accountId/groups/:groupId/picture',
  summary: 'Set the picture of a group: a form with the file, or JSON with url or base64',
  params: groupParams,
  errors: ofFile(GROUP),
} as const satisfies Contract;

export const removeGroupPicture = {
  ...removeProfilePicture,
  path: '/accounts/:accountId/groups/:groupId/picture',
  summary: 'Take the picture of a group away',
  params: groupParams,
  errors: callErrors(GROUP),
} as const satisfies Contract;

/** All of these, in the order of the contract. */
export const pictureContracts: readonly Contract[] = [
  getContactPicture,
  getProfilePicture,
  setProfilePicture,
  removeProfilePicture,
  getGroupPicture,
  setGroupPicture,
  removeGroupPicture,
];
