import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa from 'koa';
import type { World } from '../server/world.ts';
import { accountRoutes } from './accounts.ts';
import { appStateRoutes } from './app-state.ts';
import { callRoutes } from './calls.ts';
import { clockRoutes } from './clock.ts';
import { answerErrors, ControlError } from './errors.ts';
import { eventRoutes } from './events.ts';
import { frameRoutes } from './frames.ts';
import { groupRoutes } from './groups.ts';
import { messageRoutes } from './messages.ts';
import { newsletterRoutes } from './newsletters.ts';
import { pageRoutes } from './page.ts';
import { phoneRoutes } from './phones.ts';
import { presenceRoutes } from './presence.ts';
import { profileRoutes } from './profile.ts';
import { waitingRoutes } from './waiting.ts';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Whether a browser sent it on behalf of a page from elsewhere. */
const isForeign = (origin: string) => origin !== '' && !LOOPBACK.test(origin.replace(/^https?:\/\//, ''));

/**
 * The control API and its page as a Koa app; it serves loopback names only, so that no web page reaches it by a name of
 * its own, and none from elsewhere makes a browser post to it.
 */
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
  waitingRoutes(router, world);
  clockRoutes(router, world);
  eventRoutes(router, world);
  pageRoutes(router);
  app.silent = true;
  app.use(answerErrors);
  app.use((ctx, next) => {
    if (!LOOPBACK.test(ctx.host) || isForeign(ctx.get('origin')))
      throw new ControlError(403, 'forbidden', 'loopback only');
    return next();
  });
  app.use(bodyParser({ enableTypes: ['json'], jsonLimit: '24mb' }));
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
};
