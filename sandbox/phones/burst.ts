import { setImmediate as nextTurn } from 'node:timers/promises';
import { routeMessage } from '../server/messages.ts';
import type { Phone } from '../server/state.ts';
import { type Burst, changed, devicesOf, later, type World } from '../server/world.ts';
import { compose } from './compose.ts';
import { makePhone } from './people.ts';
import { encryptMessage, remember } from './send.ts';

/** Messages put on the wire between two looks at what came in. */
const CHUNK = 50;
/** Milliseconds between two portions of a burst with a rate. */
const TICK = 10;

interface BurstPlan {
  readonly to: Phone;
  /** How many people write, in turn. */
  readonly from: number;
  readonly count: number;
  readonly text: string;
}

const SENDER_PREFIX = '49160';
const senderNumber = (index: number) => `${SENDER_PREFIX}${String(index).padStart(7, '0')}`;

/** One message of a burst, written and encrypted. */
const prepareOne = (world: World, plan: BurstPlan, from: Phone, index: number) => {
  const message = compose(world, from, { to: plan.to, content: { text: `${plan.text} ${index}` } });
  remember(world, from, message);
  const companions = devicesOf(plan.to).filter(({ device }) => device !== 0);
  return { from, id: message.id, stanza: encryptMessage(world, from, message, companions) };
};

/**
 * Writes and encrypts the messages of a burst, for the companions only: the account's own phone would cost as much
 * as they do and show nothing new. The same people (`49160…`) write in every burst, so that sessions go on.
 */
export const prepareBurst = async (world: World, plan: BurstPlan): Promise<Burst> => {
  const people = Array.from({ length: plan.from }, (_, index) =>
    makePhone(world, { number: senderNumber(index), name: `Sender ${index}` }),
  );
  const ids: string[] = [];
  const pending: Burst['pending'] = [];
  for (let index = 0; index < plan.count; index++) {
    const { id, ...prepared } = prepareOne(world, plan, people[index % plan.from] ?? plan.to, index);
    ids.push(id);
    pending.push(prepared);
    if (index % CHUNK === 0) await nextTurn();
  }
  const burst: Burst = {
    id: world.random(6).toString('hex'),
    to: plan.to,
    ids,
    pending: pending.reverse(),
    released: 0,
    startedAt: undefined,
    finishedAt: undefined,
  };
  world.bursts.set(burst.id, burst);
  return burst;
};

const releaseSome = (world: World, burst: Burst, count: number) => {
  for (let released = 0; released < count; released++) {
    const next = burst.pending.pop();
    if (next === undefined) break;
    routeMessage(world, { phone: next.from, device: 0 }, next.stanza);
    burst.released += 1;
  }
  if (burst.pending.length === 0) {
    burst.finishedAt = world.now();
    changed(world);
  }
};

const atRate = (world: World, burst: Burst, rate: number) => {
  const due = Math.floor(((world.now() - (burst.startedAt ?? 0)) * rate) / 1000);
  releaseSome(world, burst, Math.max(due - burst.released, 0));
  if (burst.finishedAt === undefined) later(world, TICK, () => atRate(world, burst, rate));
};

const atOnce = (world: World, burst: Burst) => {
  releaseSome(world, burst, CHUNK);
  if (burst.finishedAt === undefined) setImmediate(() => atOnce(world, burst));
};

/** Hands the messages over: as fast as they go, or so many per second. A burst is released once. */
export const releaseBurst = (world: World, burst: Burst, rate?: number): boolean => {
  if (burst.startedAt !== undefined) return false;
  burst.startedAt = world.now();
  if (rate === undefined) atOnce(world, burst);
  else atRate(world, burst, rate);
  return true;
};
