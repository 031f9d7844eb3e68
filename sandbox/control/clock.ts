import type { Router } from '@koa/router';
import { z } from 'zod';
import { changed, type World } from '../server/world.ts';
import { parse } from './errors.ts';

const YEAR = 366 * 86_400_000;
const forwarding = z.strictObject({ forward: z.number().int().min(0).max(YEAR) });

export const clockView = z.object({
  /** Milliseconds since 1970. */
  now: z.number(),
});

/** The sandbox' time, which can be put forward: messages disappear and files expire without anybody waiting. */
export const clockRoutes = (router: Router, world: World): void => {
  router.get('/clock', (ctx) => {
    ctx.body = { now: world.now() };
  });
  router.post('/clock', (ctx) => {
    world.clock.ahead += parse(forwarding, ctx.request.body).forward;
    changed(world);
    ctx.body = { now: world.now() };
  });
};
