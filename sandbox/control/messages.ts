import type { Router } from '@koa/router';
import { proto } from '@whiskeysockets/baileys';
import type { Content, Outgoing } from '../phones/compose.ts';
import { visible } from '../phones/display.ts';
import { fileOf, type OutgoingFile } from '../phones/files.ts';
import { lookAt } from '../phones/pictures.ts';
import { play } from '../phones/play.ts';
import { send } from '../phones/send.ts';
import { isAdmin } from '../server/groups/state.ts';
import { findGroup } from '../server/groups/world.ts';
import type { DisplayedMessage } from '../server/shown.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { readBody } from './body.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { type NewMessage, newFileMessage, newMessage } from './message-requests.ts';
import { showMessage } from './message-views.ts';
import { behaviourOf, chatFor, phoneOf } from './phones.ts';
import { listQuery } from './requests.ts';
import { waitFor } from './wait.ts';

/** A type and its parameters, and nothing that would end a header. */
const MIMETYPE = /^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w." ,+-]+)*$/;

/** A message the phone shows. Throws 400 naming the field it was asked for in. */
const shownOn = (phone: Phone, id: string, field: string): DisplayedMessage => {
  const shown = phone.messages.find((message) => message.id === id);
  if (shown !== undefined) return shown;
  throw new ControlError(400, 'unknown_message', `the phone shows no message ${id}`, field);
};

/** An own message that can still be changed. */
const ownOn = (phone: Phone, id: string, field: string): DisplayedMessage => {
  const shown = shownOn(phone, id, field);
  if (shown.fromMe && shown.kind !== 'deleted') return shown;
  throw new ControlError(409, 'not_yours', `${id} is deleted or of somebody else`, field);
};

/** A message the phone may delete for everyone: an own one, in a group it is admin of any. */
const deletableOn = (world: World, phone: Phone, id: string): DisplayedMessage => {
  const shown = shownOn(phone, id, 'delete');
  const group = findGroup(world, shown.chat);
  return group !== undefined && isAdmin(group, phone.number) ? shown : ownOn(phone, id, 'delete');
};

const pollOn = (phone: Phone, id: string, options: readonly string[]): DisplayedMessage => {
  const shown = shownOn(phone, id, 'vote.message');
  const unknown = options.find((option) => !shown.poll?.options.some(({ name }) => name === option));
  if (shown.poll !== undefined && unknown === undefined) return shown;
  throw new ControlError(400, 'bad_vote', `${id} is no poll, or without ${unknown}`, 'vote');
};

const withLook = async (file: OutgoingFile): Promise<Content> => ({
  file: { ...file, preview: await lookAt(file.kind, file.data) },
});

/** What changes a shown message. */
const changeOf = (world: World, phone: Phone, asked: NewMessage): Content => {
  const { reaction, edit, vote } = asked;
  if (reaction) return { react: shownOn(phone, reaction.message, 'reaction.message'), emoji: reaction.text };
  if (edit) return { edit: ownOn(phone, edit.message, 'edit.message'), by: edit.text };
  if (vote) return { vote: pollOn(phone, vote.message, vote.options), options: vote.options };
  if (asked.delete !== undefined) return { remove: deletableOn(world, phone, asked.delete) };
  if (asked.pin) return { pin: shownOn(phone, asked.pin.message, 'pin.message'), seconds: asked.pin.seconds };
  return { disappearing: asked.disappearing ?? 0 };
};

/** Throws 400 on bytes that are no message. */
const decoded = (base64: string): proto.IMessage => {
  try {
    return proto.Message.decode(Buffer.from(base64, 'base64'));
  } catch {
    throw new ControlError(400, 'bad_proto', 'these bytes are no proto.Message', 'proto');
  }
};

const contentOf = async (world: World, phone: Phone, asked: NewMessage): Promise<Content> => {
  if (asked.text !== undefined) return { text: asked.text };
  if (asked.media) return withLook(asked.media);
  if (asked.location) return { location: asked.location };
  if (asked.contacts) return { contacts: asked.contacts };
  if (asked.poll) return { poll: asked.poll };
  if (asked.proto !== undefined) return { proto: decoded(asked.proto) };
  return asked.forward === undefined
    ? changeOf(world, phone, asked)
    : { forward: shownOn(phone, asked.forward, 'forward') };
};

type Manner = Pick<
  NewMessage,
  'to' | 'quoted' | 'mentions' | 'addressing' | 'audience' | 'forwarded' | 'viewOnce' | 'expiration' | 'id'
>;

const mannerOf = (world: World, phone: Phone, asked: Manner): Omit<Outgoing, 'content'> => ({
  to: chatFor(world, phone, asked.to),
  quoted: asked.quoted === undefined ? undefined : shownOn(phone, asked.quoted, 'quoted'),
  mentions: asked.mentions?.map((number) => phoneOf(world, number, 'mentions')),
  forwarded: asked.forwarded,
  viewOnce: asked.viewOnce,
  expiration: asked.expiration,
  audience: asked.audience?.map((number) => phoneOf(world, number, 'audience').number),
  id: asked.id,
  ...behaviourOf({ addressing: asked.addressing }),
});

/** What phones say, and what they show of what was said. */
export const messageRoutes = (router: Router, world: World): void => {
  router.post('/phones/:number/messages', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const asked = parse(newMessage, ctx.request.body);
    const manner = mannerOf(world, phone, asked);
    const id = send(world, phone, { ...manner, content: await contentOf(world, phone, asked) });
    ctx.status = 201;
    ctx.body = { id };
  });
  router.post('/phones/:number/media', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const asked = parse(newFileMessage, ctx.query);
    const manner = mannerOf(world, phone, asked);
    const { kind, mimetype, caption, fileName, seconds, gif } = asked;
    const data = await readBody(ctx.req);
    const content = await withLook({ kind, data, mimetype, caption, fileName, seconds, gif });
    ctx.status = 201;
    ctx.body = { id: send(world, phone, { ...manner, content }) };
  });
  router.get('/phones/:number/messages', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { items, sequence } = await waitFor(world, parse(listQuery, ctx.query), (after) =>
      visible(phone, world.now(), after),
    );
    ctx.body = { messages: items.map(showMessage), sequence };
  });
  router.post('/phones/:number/messages/:id/play', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const message = visible(phone, world.now()).find(({ id }) => id === ctx.params.id);
    if (message?.kind !== 'voice' || message.fromMe) {
      throw notFound(`nobody sent the phone a voice note ${ctx.params.id}`);
    }
    play(world, phone, message);
    ctx.status = 204;
  });
  router.get('/phones/:number/messages/:id/media', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const message = visible(phone, world.now()).find(({ id }) => id === ctx.params.id);
    if (message?.media === undefined) throw notFound(`the phone shows no file with ${ctx.params.id}`);
    const data = fileOf(world, message);
    if (data === undefined) {
      const why = message.media.error ?? 'it ran out of room';
      throw new ControlError(409, 'no_file', `the phone has not got the file: ${why}`);
    }
    const { mimetype } = message.media;
    ctx.type = MIMETYPE.test(mimetype) ? mimetype : 'application/octet-stream';
    // whoever sent it says what it is: a page among these files is not to act as one of ours
    ctx.set('content-security-policy', "sandbox; default-src 'none'");
    ctx.set('x-content-type-options', 'nosniff');
    ctx.body = data;
  });
};
