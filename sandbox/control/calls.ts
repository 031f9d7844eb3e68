import type { Router } from '@koa/router';
import { z } from 'zod';
import { type Call, endCall, startCall } from '../server/calls.ts';
import type { World } from '../server/world.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { listQuery, phoneNumber } from './requests.ts';
import { waitFor } from './wait.ts';

const newCall = z.strictObject({
  to: phoneNumber,
  video: z.boolean().default(false),
  /** Milliseconds until it is a missed call. */
  ringFor: z.number().int().min(1).max(600_000).default(45_000),
});
export type NewCallInput = z.input<typeof newCall>;

const ending = z.strictObject({ how: z.enum(['accept', 'reject', 'hangup']) });

export const callView = z.object({
  sequence: z.number(),
  id: z.string(),
  at: z.number(),
  from: z.string(),
  to: z.string(),
  video: z.boolean(),
  status: z.enum(['ringing', 'accepted', 'rejected', 'missed', 'ended']),
});
export type CallView = z.infer<typeof callView>;

const callOf = (world: World, id: string | undefined, number: string): Call => {
  const call = world.state.calls.get(id ?? '');
  if (call === undefined || (call.from !== number && call.to !== number)) throw notFound(`no call ${id}`);
  return call;
};

/** Calls between phones, which companions are told of. */
export const callRoutes = (router: Router, world: World): void => {
  router.post('/phones/:number/calls', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { to, ...call } = parse(newCall, ctx.request.body);
    ctx.status = 201;
    ctx.body = startCall(world, phone, phoneOf(world, to, 'to'), call);
  });
  router.get('/phones/:number/calls', async (ctx) => {
    const { number } = phoneOf(world, ctx.params.number);
    const { items, sequence } = await waitFor(world, parse(listQuery, ctx.query), (after) =>
      [...world.state.calls.values()].filter(
        (call) => call.sequence > after && (call.from === number || call.to === number),
      ),
    );
    ctx.body = { calls: items, sequence };
  });
  router.post('/phones/:number/calls/:id', (ctx) => {
    const { number } = phoneOf(world, ctx.params.number);
    const call = callOf(world, ctx.params.id, number);
    const { how } = parse(ending, ctx.request.body);
    if (how !== 'hangup' && call.to !== number) {
      throw new ControlError(409, 'not_called', `${call.id} is a call of ${number}`);
    }
    if (!endCall(world, call, how)) throw new ControlError(409, 'over', `the call is ${call.status}`);
    ctx.body = call;
  });
};
