import type { Router } from '@koa/router';
import { z } from 'zod';
import { handInQr } from '../server/pairing.ts';
import type { World } from '../server/world.ts';
import { ControlError, parse } from './errors.ts';

const handedIn = z.strictObject({ qr: z.string().min(1), name: z.string().min(1).max(100).optional() });

export const waitingView = z.object({
  platform: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Known once the client, or whoever sees its screen, has handed it in. */
  qr: z.string().optional(),
  name: z.string().optional(),
});
export type WaitingView = z.infer<typeof waitingView>;

/** Clients that show a QR code right now. */
export const waitingClients = (world: World): WaitingView[] =>
  [...new Set(world.offers.values())].map(({ platform, since, shown }) => ({ platform, since, ...shown }));

/** Clients that wait for a scan, and the QR codes they show. */
export const waitingRoutes = (router: Router, world: World): void => {
  router.get('/waiting', (ctx) => {
    ctx.body = { clients: waitingClients(world) };
  });
  router.post('/waiting', (ctx) => {
    const { qr, name } = parse(handedIn, ctx.request.body);
    try {
      handInQr(world, qr, name);
    } catch (error) {
      throw new ControlError(400, 'bad_qr', error instanceof Error ? error.message : String(error), 'qr');
    }
    ctx.status = 204;
  });
};
