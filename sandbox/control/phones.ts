import type { Router } from '@koa/router';
import { makePast } from '../phones/past.ts';
import { makePhone, reinstall } from '../phones/people.ts';
import { setOnline } from '../phones/receive.ts';
import { mayWrite, STATUS } from '../server/fan-out.ts';
import { findGroup } from '../server/groups/world.ts';
import { enterCode, scanQr } from '../server/pairing.ts';
import { removeCompanion } from '../server/removal.ts';
import type { Behaviour, Phone } from '../server/state.ts';
import type { World } from '../server/world.ts';
import { ControlError, notFound, parse } from './errors.ts';
import { type BehaviourInput, changePhone, listQuery, newPhone, pairingCode, scan } from './requests.ts';
import { showFrame, showPhone } from './views.ts';
import { since, waitFor } from './wait.ts';

/** The phone with that number. Throws 404, or 400 for `field` when it comes from a body. */
export const phoneOf = (world: World, number: string | undefined, field?: string): Phone => {
  const phone = world.state.phones.get(number ?? '');
  if (phone !== undefined) return phone;
  const message = `nobody has the number ${number}: make a phone with it first`;
  throw field === undefined ? notFound(message) : new ControlError(400, 'unknown_number', message, field);
};

const domainFor = (name: 'lid' | 'pn') => (name === 'lid' ? 'lid' : 's.whatsapp.net');

export const behaviourOf = ({ addressing, groupAddressing, ...rest }: BehaviourInput): Partial<Behaviour> => {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(addressing === undefined ? {} : { addressing: domainFor(addressing) }),
    ...(groupAddressing === undefined ? {} : { groupAddressing: domainFor(groupAddressing) }),
  };
};

/** Whom a message is for. Throws 400 for nobody, and 409 when the phone may not write there. */
export const chatFor = (world: World, phone: Phone, to: string): Phone | string => {
  if (!to.includes('@')) return phoneOf(world, to, 'to');
  if (to === STATUS) return to;
  if (findGroup(world, to) === undefined)
    throw new ControlError(400, 'unknown_group', `no group ${to}`, 'to');
  if (mayWrite(world, phone, { to })) return to;
  throw new ControlError(409, 'may_not_write', `${phone.number} may not write to ${to}`);
};

/** The companion as it is answered with, once the phone has linked it by what `field` holds. */
const linked = async (phone: Phone, linking: Promise<number>, field: 'qr' | 'code') => {
  const device = await linking.catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new ControlError(400, `bad_${field}`, message, field);
  });
  return { device, jid: `${phone.number}:${device}@s.whatsapp.net` };
};

/** People: make them, let them scan, write, and read what they got. */
export const phoneRoutes = (router: Router, world: World): void => {
  router.post('/phones', (ctx) => {
    const { number, name, history, ...behaviour } = parse(newPhone, ctx.request.body);
    const known = world.state.phones.has(number);
    const phone = makePhone(world, { number, name, behaviour: behaviourOf(behaviour) });
    if (!known && history) makePast(world, phone, history);
    ctx.status = known ? 200 : 201;
    ctx.body = showPhone(world, phone);
  });
  router.get('/phones', (ctx) => {
    ctx.body = { phones: [...world.state.phones.values()].map((phone) => showPhone(world, phone)) };
  });
  router.get('/phones/:number', (ctx) => {
    ctx.body = showPhone(world, phoneOf(world, ctx.params.number));
  });
  router.patch('/phones/:number', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { history, ...change } = parse(changePhone, ctx.request.body);
    const { online, ...behaviour } = behaviourOf(change);
    if (history) phone.history = history;
    Object.assign(phone.behaviour, behaviour);
    if (online !== undefined) setOnline(world, phone, online);
    ctx.body = showPhone(world, phone);
  });
  router.post('/phones/:number/scan', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { qr } = parse(scan, ctx.request.body);
    ctx.body = await linked(phone, scanQr(world, phone, qr), 'qr');
  });
  router.post('/phones/:number/code', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { code } = parse(pairingCode, ctx.request.body);
    ctx.body = await linked(phone, enterCode(world, phone, code), 'code');
  });
  router.post('/phones/:number/reinstall', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    reinstall(world, phone);
    ctx.body = showPhone(world, phone);
  });
  router.delete('/phones/:number/companions/:device', (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const device = Number(ctx.params.device);
    if (!removeCompanion(world, { phone, device })) throw notFound(`no companion ${ctx.params.device}`);
    ctx.status = 204;
  });
  router.get('/phones/:number/frames', async (ctx) => {
    const phone = phoneOf(world, ctx.params.number);
    const { items, sequence } = await waitFor(world, parse(listQuery, ctx.query), (after) =>
      since(phone.arrivals, after),
    );
    ctx.body = { frames: items.map(showFrame), sequence };
  });
};
