import type { Router } from '@koa/router';
import { prepareBurst, releaseBurst } from '../phones/burst.ts';
import { causeTrouble } from '../server/cause.ts';
import type { Phone, ReceiptRecord } from '../server/state.ts';
import type { Burst, World } from '../server/world.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { listQuery, newBurst, releaseBurst as release, trouble } from './requests.ts';
import { showBurst, showReceipt, showState } from './views.ts';
import { since, waitFor } from './wait.ts';

const burstOf = (world: World, id: string | undefined): Burst => {
  const burst = world.bursts.get(id ?? '');
  if (burst === undefined) throw notFound(`no burst ${id}`);
  return burst;
};

/** The receipts of all companions of a phone, in order. */
const receiptsOf = (phone: Phone, after: number): ReceiptRecord[] => {
  const lists = [...phone.companions.values()].map(({ receipts }) => since(receipts, after));
  return lists.flat().sort((one, other) => one.sequence - other.sequence);
};

/** Accounts from the server's side: what their companions answered, what shall go wrong, floods of messages. */
export const accountRoutes = (router: Router, world: World): void => {
  router.get('/accounts/:number/receipts', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { items, sequence } = await waitFor(world, parse(listQuery, ctx.query), (after) =>
      receiptsOf(phone, after),
    );
    ctx.body = { receipts: items.map(showReceipt), sequence };
  });
  router.post('/accounts/:number/trouble', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    ctx.body = { struck: causeTrouble(world, phone, parse(trouble, ctx.request.body)) };
  });
  router.post('/bursts', async (ctx) => {
    const { to, rate, release: now, ...plan } = parse(newBurst, ctx.request.body);
    const phone = phoneOf(world, to, 'to');
    if (phone.companions.size === 0) {
      throw new ControlError(409, 'no_companion', `${to} has no companion to send to`);
    }
    const burst = await prepareBurst(world, { ...plan, to: phone });
    if (now) releaseBurst(world, burst, rate);
    ctx.status = 201;
    ctx.body = showBurst(burst);
  });
  router.post('/bursts/:id/release', (ctx) => {
    const burst = burstOf(world, ctx.params.id);
    const { rate } = parse(release, ctx.request.body ?? {});
    if (!releaseBurst(world, burst, rate)) throw new ControlError(409, 'released', 'released already');
    ctx.body = showBurst(burst);
  });
  router.get('/bursts/:id', (ctx) => {
    ctx.body = showBurst(burstOf(world, ctx.params.id));
  });
  router.get('/state', (ctx) => {
    ctx.body = showState(world);
  });
};
