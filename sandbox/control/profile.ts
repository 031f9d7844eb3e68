import type { Router } from '@koa/router';
import { z } from 'zod';
import { findGroup } from '../server/groups/world.ts';
import { hides, setAbout, setPicture } from '../server/profile.ts';
import type { World } from '../server/world.ts';
import { readBody } from './body.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { phoneOf } from './phones.ts';
import { chat } from './requests.ts';

const aboutInput = z.strictObject({ text: z.string().max(139) });
/** Whose: one's own without, else a number or the jid of a group. */
const ofQuery = z.object({ of: chat.optional() });

/** Profile pictures and the words under a name. */
export const profileRoutes = (router: Router, world: World): void => {
  const path = '/phones/:number/picture';
  router.put(path, async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    if (!setPicture(world, phone.number, phone, await readBody(ctx.req))) {
      throw new ControlError(400, 'bad_request', 'the body is a JPEG');
    }
    ctx.status = 204;
  });
  router.delete(path, (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    setPicture(world, phone.number, phone, undefined);
    ctx.status = 204;
  });
  router.get(path, (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { of = phone.number } = parse(ofQuery, ctx.query);
    const other = findGroup(world, of) === undefined ? phoneOf(world, of, 'of') : undefined;
    const picture = world.state.pictures.get(of);
    if (picture === undefined || (other && hides(other, 'profile', phone))) {
      throw notFound(`${phone.number} sees no picture of ${of}`);
    }
    ctx.type = 'image/jpeg';
    ctx.body = picture.image;
  });
  router.get('/phones/:number/about', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { of = phone.number } = parse(ofQuery, ctx.query);
    const other = phoneOf(world, of, 'of');
    ctx.body = { text: hides(other, 'status', phone) ? '' : other.about.text };
  });
  router.put('/phones/:number/about', (ctx) => {
    setAbout(world, phoneOf(world, ctx.params.number), parse(aboutInput, ctx.request.body).text);
    ctx.status = 204;
  });
};
