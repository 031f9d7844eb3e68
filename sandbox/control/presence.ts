import type { Router } from '@koa/router';
import { z } from 'zod';
import { findGroup } from '../server/groups/world.ts';
import { acceptChatState, chatStateNode, watch, withPresence } from '../server/presence.ts';
import { addressOf, type World } from '../server/world.ts';
import { ControlError, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { chat, listQuery, phoneNumber } from './requests.ts';
import { waitFor } from './wait.ts';

const activity = z.enum(['available', 'unavailable', 'composing', 'recording', 'paused']);

const presenceChange = z.union([
  z.strictObject({ state: z.enum(['available', 'unavailable']) }),
  z.strictObject({ state: z.enum(['composing', 'recording', 'paused']), to: chat }),
  /** Opens a chat, so to say: from now on the phone sees whether that person is there. */
  z.strictObject({ watch: phoneNumber }),
]);
export type PresenceChange = z.input<typeof presenceChange>;

export const presenceView = z.object({
  sequence: z.number(),
  at: z.number(),
  chat: z.string(),
  from: z.string(),
  state: activity,
  lastSeen: z.number().optional(),
});
export type PresenceView = z.infer<typeof presenceView>;

const chatJid = (world: World, to: string, domain: 'lid' | 's.whatsapp.net') => {
  if (!to.includes('@')) return addressOf({ phone: phoneOf(world, to, 'to'), device: 0 }, domain);
  if (findGroup(world, to) === undefined) {
    throw new ControlError(400, 'unknown_group', `no group ${to}`, 'to');
  }
  return to;
};

/** Being there and typing, and what a phone sees of that. */
export const presenceRoutes = (router: Router, world: World): void => {
  router.post('/phones/:number/presence', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const change = parse(presenceChange, ctx.request.body);
    if ('watch' in change) watch(world, phone, phoneOf(world, change.watch, 'watch'));
    else if ('to' in change) {
      const to = chatJid(world, change.to, phone.behaviour.addressing);
      acceptChatState(world, phone, chatStateNode(to, change.state));
    } else {
      withPresence(world, phone, () => {
        phone.presence.open = change.state === 'available';
      });
    }
    ctx.status = 204;
  });
  router.get('/phones/:number/presence', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { items, sequence } = await waitFor(world, parse(listQuery, ctx.query), (after) =>
      [...phone.presence.seen.values()].filter((seen) => seen.sequence > after),
    );
    ctx.body = { presence: items, sequence };
  });
};
