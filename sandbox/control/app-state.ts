import type { Router } from '@koa/router';
import { z } from 'zod';
import { setOnPhone } from '../phones/app-state/change.ts';
import { settingsOf } from '../phones/app-state/view.ts';
import type { World } from '../server/world.ts';
import { parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { chat, listQuery, phoneNumber } from './requests.ts';
import { waitFor } from './wait.ts';

const on = z.boolean().default(true);
const id = z.string().min(1);

const appStateChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['archive', 'pin', 'read', 'lock']), chat, on }),
  z.strictObject({ kind: z.literal('mute'), chat, until: z.number().int().min(0).nullable() }),
  z.strictObject({ kind: z.literal('star'), chat, id, on }),
  z.strictObject({ kind: z.literal('deleteForMe'), chat, id }),
  z.strictObject({ kind: z.enum(['deleteChat', 'clearChat']), chat }),
  z.strictObject({ kind: z.literal('contact'), number: phoneNumber, name: z.string().min(1).nullable() }),
  z.strictObject({
    kind: z.literal('label'),
    id,
    name: z.string(),
    color: z.number().int().min(0).default(0),
    deleted: z.boolean().default(false),
  }),
  z.strictObject({ kind: z.literal('attach'), label: id, chat, id: id.optional(), on }),
  z.strictObject({ kind: z.literal('pushName'), name: z.string().min(1).max(100) }),
]);
export type AppStateInput = z.input<typeof appStateChange>;

const named = z.object({ chat: z.string(), id: z.string() });
export const settingsView = z.object({
  sequence: z.number(),
  chats: z.array(
    z.object({
      chat: z.string(),
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      mutedUntil: z.number().optional(),
      unread: z.boolean().optional(),
      locked: z.boolean().optional(),
      deleted: z.boolean().optional(),
      cleared: z.boolean().optional(),
      goneTo: z.number().optional(),
    }),
  ),
  starred: z.array(named),
  deletedForMe: z.array(named),
  contacts: z.array(z.object({ number: z.string(), name: z.string() })),
  labels: z.array(z.object({ id: z.string(), name: z.string(), color: z.number() })),
  attached: z.array(z.object({ label: z.string(), chat: z.string(), id: z.string().optional() })),
  problems: z.array(z.string()),
});
export type SettingsView = z.infer<typeof settingsView>;

/** What a person has set in their app: read, and changed on the phone. */
export const appStateRoutes = (router: Router, world: World): void => {
  router.get('/phones/:number/settings', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const query = parse(listQuery, ctx.query);
    await waitFor(world, query, (after) => (phone.appState.sequence > after ? [phone] : []));
    ctx.body = { sequence: phone.appState.sequence, ...settingsOf(world, phone) };
  });
  router.post('/phones/:number/settings', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    setOnPhone(world, phone, parse(appStateChange, ctx.request.body));
    ctx.body = { sequence: phone.appState.sequence, ...settingsOf(world, phone) };
  });
};
