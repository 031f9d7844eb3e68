import { z } from 'zod';
import type { Contract } from '../route.ts';
import { noBody, nothing } from './fields.ts';
import { ofTypes } from './media-types.ts';

const bytes = z.union([z.string(), z.instanceof(Buffer), z.null()]);
const none = { method: 'get', query: nothing, body: noBody, open: true } as const;

export const getConsole = {
  ...none,
  path: '/console',
  summary: 'A page to look after all this by hand; it asks for the API key itself',
  params: nothing,
  responses: {
    200: ofTypes(bytes, 'text/html'),
    302: ofTypes(bytes, 'text/plain'),
    304: ofTypes(bytes, '*/*'),
  },
  errors: { 404: ['Not found'] },
} as const satisfies Contract;

export const getConsoleFile = {
  ...none,
  path: '/console/:file',
  summary: 'A file of that page',
  params: z.object({ file: z.string() }),
  responses: { 200: ofTypes(bytes, '*/*'), 304: ofTypes(bytes, '*/*') },
  errors: { 404: ['Not found'] },
} as const satisfies Contract;
