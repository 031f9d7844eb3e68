import type { Router } from '@koa/router';
import { z } from 'zod';
import { encodeMessage, newMessageId } from '../phones/content.ts';
import { setBlocked } from '../server/iq/settings.ts';
import {
  createNewsletter,
  findNewsletter,
  follow,
  type Newsletter,
  newsletterJid,
  publish,
} from '../server/newsletters.ts';
import type { World } from '../server/world.ts';
import { notFound, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { phoneNumber } from './requests.ts';

const newNewsletter = z.strictObject({
  name: z.string().min(1).max(100),
  description: z.string().optional(),
});
const newPost = z.strictObject({ text: z.string().min(1).max(65_536) });
const following = z.strictObject({ newsletter: z.string(), on: z.boolean().default(true) });
const blocking = z.strictObject({ number: phoneNumber, on: z.boolean().default(true) });

export const newsletterView = z.object({
  jid: z.string(),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  invite: z.string(),
  followers: z.array(z.string()),
  posts: z.array(z.object({ id: z.string(), serverId: z.number(), at: z.number() })),
});
export type NewsletterView = z.infer<typeof newsletterView>;

const show = (newsletter: Newsletter): NewsletterView => ({
  jid: newsletterJid(newsletter),
  name: newsletter.name,
  description: newsletter.description,
  owner: newsletter.owner,
  invite: newsletter.invite,
  followers: [...newsletter.followers],
  posts: newsletter.posts.map(({ id, serverId, at }) => ({ id, serverId, at })),
});

const newsletterOf = (world: World, jid: string | undefined): Newsletter => {
  const newsletter = findNewsletter(world, jid);
  if (newsletter === undefined) throw notFound(`no newsletter ${jid}`);
  return newsletter;
};

/** Channels, and whom a person has blocked. */
export const newsletterRoutes = (router: Router, world: World): void => {
  router.post('/phones/:number/newsletters', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    ctx.status = 201;
    ctx.body = show(createNewsletter(world, phone, parse(newNewsletter, ctx.request.body)));
  });
  router.get('/newsletters/:jid', (ctx) => {
    ctx.body = show(newsletterOf(world, ctx.params.jid));
  });
  router.post('/newsletters/:jid/messages', (ctx) => {
    const newsletter = newsletterOf(world, ctx.params.jid);
    const { text } = parse(newPost, ctx.request.body);
    const content = encodeMessage({ conversation: text });
    const { id, serverId } = publish(world, newsletter, {
      id: newMessageId(world.random),
      type: 'text',
      content,
    });
    ctx.status = 201;
    ctx.body = { id, serverId };
  });
  router.post('/phones/:number/follow', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { newsletter, on } = parse(following, ctx.request.body);
    follow(world, newsletterOf(world, newsletter), phone, on);
    ctx.status = 204;
  });
  router.post('/phones/:number/block', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { number, on } = parse(blocking, ctx.request.body);
    setBlocked(world, phone, phoneOf(world, number, 'number'), on);
    ctx.body = { blocked: [...phone.privacy.blocked] };
  });
  router.get('/phones/:number/privacy', (ctx) => {
    const { privacy } = phoneOf(world, ctx.params.number);
    ctx.body = { settings: privacy.settings, blocked: [...privacy.blocked] };
  });
};
