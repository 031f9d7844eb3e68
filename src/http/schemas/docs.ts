import { z } from 'zod';
import type { Contract } from '../route.ts';
import { nothing, ok, pathOnly } from './fields.ts';
import { ofTypes } from './media-types.ts';

const none = { params: nothing, ...pathOnly, open: true, errors: {} } as const;

export const getHome = {
  ...none,
  method: 'get',
  path: '/',
  summary: 'Where this description is; browsers are led to it',
  responses: {
    200: z.object({ ok, docs: z.string(), openapi: z.string(), asyncapi: z.string() }),
    302: ofTypes(z.string(), 'text/plain'),
  },
} as const satisfies Contract;

export const getOpenApi = {
  ...none,
  method: 'get',
  path: '/openapi.json',
  summary: 'This description',
  responses: { 200: z.looseObject({ openapi: z.string() }) },
} as const satisfies Contract;

export const getAsyncApi = {
  ...none,
  method: 'get',
  path: '/asyncapi.json',
  summary: 'The same of the events and where they come out (AsyncAPI 3.0)',
  responses: { 200: z.looseObject({ asyncapi: z.string() }) },
} as const satisfies Contract;

export const getDocs = {
  ...none,
  method: 'get',
  path: '/docs',
  summary: 'This description, for people',
  responses: { 200: ofTypes(z.string(), 'text/html'), 302: ofTypes(z.string(), 'text/plain') },
} as const satisfies Contract;

export const getDocsScript = {
  ...none,
  method: 'get',
  path: '/docs/page.js',
  summary: 'The script of that page',
  responses: { 200: ofTypes(z.string(), 'text/javascript') },
} as const satisfies Contract;
