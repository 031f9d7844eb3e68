import { PassThrough, type Writable } from 'node:stream';
import type { Router } from '@koa/router';
import { z } from 'zod';
import { visible } from '../phones/display.ts';
import { framesAfter } from '../server/frame-log.ts';
import { groupsOf } from '../server/groups/world.ts';
import { hides } from '../server/profile.ts';
import type { Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { parse } from './errors.ts';
import { showGroup } from './groups.ts';
import { showMessage } from './message-views.ts';
import { phoneOf } from './phones.ts';
import { phoneNumber } from './requests.ts';
import { showState } from './views.ts';
import { waitingClients } from './waiting.ts';

/** What happens within so many milliseconds is told at once: a burst would drown a page otherwise. */
const TURN_MS = 40;
/** Frames told at once; of more, the newest. */
const FRAMES = 500;

const eventQuery = z.object({
  /** Whose messages, groups and presence; without one only the state and the frames. */
  phone: phoneNumber.optional(),
  /** Only what is newer. */
  after: z.coerce.number().int().min(0).default(0),
  frames: z.coerce.number().int().min(0).default(0),
});

/** How far a listener has been told: a sequence and the number of a frame; `after.frames` as the id of an event. */
interface Place {
  after: number;
  frames: number;
}

const placeOf = (lastEventId: string, asked: Place): Place => {
  const [after, frames] = /^(\d+)\.(\d+)$/.exec(lastEventId)?.slice(1).map(Number) ?? [];
  return after === undefined || frames === undefined ? { ...asked } : { after, frames };
};

/** Pictures the phone may see: number or jid to the id of the picture. */
const picturesFor = (world: World, phone: Phone): Record<string, string> =>
  Object.fromEntries(
    [...world.state.pictures]
      .filter(([owner]) => {
        const other = world.state.phones.get(owner);
        return other === undefined || !hides(other, 'profile', phone);
      })
      .map(([owner, { id }]) => [owner, id]),
  );

/** Things told as a whole, and only when they have changed. */
const wholes = (world: World, phone: Phone | undefined): Record<string, unknown> => ({
  state: {
    ...showState(world),
    sequence: undefined,
    waiting: waitingClients(world),
    ahead: world.clock.ahead,
  },
  ...(phone && {
    groups: groupsOf(world, phone).map((group) => showGroup(world, group)),
    pictures: picturesFor(world, phone),
  }),
});

/** Things that grow: what is new since the last time. */
const news = (
  world: World,
  phone: Phone | undefined,
  { after, frames }: Place,
): Record<string, unknown[]> => ({
  ...(phone && {
    messages: visible(phone, world.now(), after).map(showMessage),
    presence: [...phone.presence.seen.values()].filter(({ sequence }) => sequence > after),
  }),
  frames: framesAfter(world.frameLog, { after: frames, limit: FRAMES }),
});

/** Tells a listener what has happened since the last time. */
const makeTeller = (world: World, phone: Phone | undefined, place: Place, stream: Writable) => {
  const told = new Map<string, string>();
  const write = (event: string, data: string) =>
    stream.write(`id: ${place.after}.${place.frames}\nevent: ${event}\ndata: ${data}\n\n`);
  return () => {
    const found = news(world, phone, place);
    const now = { after: world.state.sequence, frames: world.frameLog.count };
    for (const [event, whole] of Object.entries(wholes(world, phone))) {
      const data = JSON.stringify(whole);
      if (told.get(event) === data) continue;
      told.set(event, data);
      write(event, data);
    }
    const lists = Object.entries(found).filter(([, items]) => items.length > 0);
    lists.forEach(([event, items], at) => {
      // the id says what has been told: it rises with the last of them
      if (at === lists.length - 1) Object.assign(place, now);
      write(event, JSON.stringify(items));
    });
  };
};

/** Tells what happens, from now on and as soon as it does, until the stream is closed. */
const follow = (world: World, tell: () => void, stream: PassThrough): void => {
  let timer: NodeJS.Timeout | undefined;
  const wake = () => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (stream.writableNeedDrain) stream.once('drain', wake);
      else tell();
    }, TURN_MS);
  };
  world.changes.on('change', wake);
  world.changes.on('frame', wake);
  stream.once('close', () => {
    clearTimeout(timer);
    world.changes.off('change', wake);
    world.changes.off('frame', wake);
  });
};

/** Everything a page shows, as server-sent events; a connection that breaks goes on where it was. */
export const eventRoutes = (router: Router, world: World): void => {
  router.get('/events', (ctx) => {
    const asked = parse(eventQuery, ctx.query);
    const phone = asked.phone === undefined ? undefined : phoneOf(world, asked.phone);
    const stream = new PassThrough();
    const place = placeOf(ctx.get('last-event-id'), asked);
    ctx.set('cache-control', 'no-store');
    ctx.type = 'text/event-stream';
    ctx.body = stream;
    const { identity, restarts } = world.state;
    const key = identity.root.public.toString('hex').slice(0, 16);
    const hello = { sandbox: `${key}.${restarts}`, now: world.now(), ahead: world.clock.ahead };
    stream.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`);
    const tell = makeTeller(world, phone, place, stream);
    tell();
    follow(world, tell, stream);
  });
};
