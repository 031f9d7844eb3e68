import type { Router } from '@koa/router';
import { z } from 'zod';
import { framesAfter } from '../server/frame-log.ts';
import type { World } from '../server/world.ts';
import { parse } from './errors.ts';
import { phoneNumber } from './requests.ts';

const frameQuery = z.object({
  account: phoneNumber.optional(),
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
});

export const frameLineView = z.object({
  number: z.number(),
  at: z.number(),
  direction: z.enum(['in', 'out']),
  device: z.string(),
  text: z.string(),
});
export type FrameLineView = z.infer<typeof frameLineView>;

/** The wire as a readable log. */
export const frameRoutes = (router: Router, world: World): void => {
  router.get('/frames', (ctx) => {
    const { frameLog } = world;
    ctx.body = { frames: framesAfter(frameLog, parse(frameQuery, ctx.query)), number: frameLog.count };
  });
};
