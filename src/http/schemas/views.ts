import { z } from 'zod';
import type { Contract } from '../route.ts';
import { NOT_AN_OBJECT, noBody, nothing, ok, pathOnly, wholeNumberOr } from './fields.ts';

const stop = z.object({ status: z.string(), seq: z.number(), error: z.string(), at: z.string() });
const params = z.object({ view: z.string() });
const buildParams = params.extend({ build: z.string() });
const NO_VIEW = '(no view of that name: the text names those that there are)';

const difference = z.object({
  collection: z.string(),
  id: z.string(),
  kind: z.enum(['missing', 'extra', 'changed']),
  fields: z.array(z.string()),
});

const verdict = z.object({
  position: z.number().describe('Position that both had reached when the comparison began.'),
  equal: z.boolean(),
  documents: z.number(),
  checksums: z
    .object({ view: z.string(), fold: z.string() })
    .describe('sha256 over the documents in the order of their ids.'),
  differing: z.number(),
});

const rebuild = z.object({
  build: z.string(),
  view: z.string(),
  purpose: z.enum(['swap', 'verify']).describe('`verify`: compared with what readers see, and dropped.'),
  state: z.enum(['waiting', 'building', 'stopped', 'done', 'cancelled']),
  position: z.number().nullable(),
  head: z.number(),
  percent: z.number(),
  eventsPerSecond: z
    .number()
    .nullable()
    .describe('Positions of the log a second since it was taken up last.'),
  etaSeconds: z.number().nullable(),
  throttle: z.number().nullable(),
  askedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  stop: stop.nullable(),
  verdict: verdict.nullable(),
});
export type RebuildAnswer = z.input<typeof rebuild>;

const stored = z.object({
  name: z.string(),
  collection: z.string(),
  documents: z.number().describe('Roughly, as the server counts.'),
  bytes: z.number().nullable().describe('With indexes; null where the server does not tell.'),
});
const build = z.object({
  build: z.string(),
  live: z.boolean().describe('Whether readers see it.'),
  position: z.number(),
  collections: z.array(stored),
});
const view = z.object({
  name: z.string(),
  version: z.number(),
  build: z.string(),
  state: z.enum(['running', 'rebuilding', 'waiting', 'standby', 'stopped', 'poisoned']),
  position: z.number(),
  head: z.number(),
  lag: z.number(),
  lagSeconds: z.number(),
  stop: stop.nullable(),
  documents: z.number(),
  bytes: z.number().nullable(),
  builds: z
    .array(build)
    .describe('What readers see, what is built beside it, and what was replaced and kept.'),
  rebuild: rebuild.nullable().describe('The last that was asked for.'),
});
export type ViewAnswer = z.input<typeof view>;

export type DifferencesAnswer = Readonly<{
  rebuild: RebuildAnswer;
  differences: z.input<typeof difference>[];
}>;

const THROTTLE = 'eventsPerSecond must be a whole number from 1 to 1000000';
const throttle = z.object(
  { eventsPerSecond: z.number(THROTTLE).int(THROTTLE).min(1, THROTTLE).max(1_000_000, THROTTLE).optional() },
  NOT_AN_OBJECT,
);
const started = { 202: z.object({ ok, rebuild }) };
const busy = '(one is under way, or the view has no build yet)';

export const listViews = {
  method: 'get',
  path: '/admin/views',
  summary: 'Every view: version, position, lag, size, its builds and what is being built',
  params: nothing,
  ...pathOnly,
  responses: { 200: z.object({ ok, views: z.array(view) }) },
  errors: {},
} as const satisfies Contract;

export const rebuildView = {
  method: 'post',
  path: '/admin/views/:view/rebuild',
  summary: 'Fold the log anew beside the view, and take its name over at the end; the old build is kept',
  params,
  query: nothing,
  body: throttle,
  responses: started,
  errors: { 400: [THROTTLE], 404: [NO_VIEW], 409: [busy] },
} as const satisfies Contract;

export const verifyView = {
  ...rebuildView,
  path: '/admin/views/:view/verify',
  summary: 'Fold the log anew and compare: checksums of both, and which documents differ',
} as const satisfies Contract;

export const listRebuilds = {
  method: 'get',
  path: '/admin/views/:view/rebuilds',
  summary: 'Rebuilds and verifications of a view, newest first',
  params,
  ...pathOnly,
  responses: { 200: z.object({ ok, rebuilds: z.array(rebuild) }) },
  errors: { 404: [NO_VIEW] },
} as const satisfies Contract;

export const getRebuild = {
  method: 'get',
  path: '/admin/views/:view/rebuilds/:build',
  summary: 'How far a rebuild or a verification is: percent, events a second, seconds to go',
  params: buildParams,
  ...pathOnly,
  responses: { 200: z.object({ ok, rebuild }) },
  errors: { 404: [NO_VIEW, 'Rebuild not found'] },
} as const satisfies Contract;

export const diffView = {
  method: 'get',
  path: '/admin/views/:view/diff',
  summary: 'Which documents differed from a fresh fold when the view was last verified',
  params,
  query: z.object({ limit: wholeNumberOr(100, 'limit', 1, 1_000) }),
  body: noBody,
  responses: { 200: z.object({ ok, rebuild, differences: z.array(difference) }) },
  errors: {
    400: ['limit must be a whole number from 1 to 1000'],
    404: [NO_VIEW, 'The view has not been verified yet: POST verify first'],
  },
} as const satisfies Contract;

export const dropBuild = {
  method: 'delete',
  path: '/admin/views/:view/builds/:build',
  summary: 'Erase a build that readers do not see: one that was replaced, or one under way',
  params: buildParams,
  ...pathOnly,
  responses: { 202: z.object({ ok, build: z.string() }) },
  errors: { 404: [NO_VIEW, 'Build not found'], 409: ['Readers see this build: rebuild the view first'] },
} as const satisfies Contract;

export const viewContracts: readonly Contract[] = [
  listViews,
  rebuildView,
  verifyView,
  listRebuilds,
  getRebuild,
  diffView,
  dropBuild,
];
