import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa from 'koa';
import type { World } from '../server/world.ts';
import { accountRoutes } from './accounts.ts';
import { appStateRoutes } from './app-state.ts';
import { callRoutes } from './calls.ts';
import { answerErrors, ControlError } from './errors.ts';
import { frameRoutes } from './frames.ts';
import { groupRoutes } from './groups.ts';
import { messageRoutes } from './messages.ts';
import { newsletterRoutes } from './newsletters.ts';
import { phoneRoutes } from './phones.ts';
import { presenceRoutes } from './presence.ts';
import { profileRoutes } from './profile.ts';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** The control API as a Koa app; it serves loopback names only, so that no web page reaches it by a name of its own. */
export const controlApp = (world: World): Koa => {
  const app = new Koa();
  const router = new Router();
  phoneRoutes(router, world);
  messageRoutes(router, world);
  profileRoutes(router, world);
  accountRoutes(router, world);
  groupRoutes(router, world);
  frameRoutes(router, world);
  presenceRoutes(router, world);
  appStateRoutes(router, world);
  callRoutes(router, world);
  newsletterRoutes(router, world);
  app.silent = true;
  app.use(answerErrors);
  app.use((ctx, next) => {
    if (!LOOPBACK.test(ctx.host)) throw new ControlError(403, 'forbidden', 'loopback only');
    return next();
  });
  app.use(bodyParser({ enableTypes: ['json'], jsonLimit: '24mb' }));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
};
