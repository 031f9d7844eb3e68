import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { insist } from '../support/insist.ts';
import { assertNothingLostNothingTwice } from '../support/ledger.ts';
import { type Service, startService, temporaryDirectory } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { logged, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

let world: World;
let one: Service;
let two: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
const received: string[] = [];
const sent = new Map<string, string>();

/** A service of its own directory on the servers that both share. */
const startNode = (): Promise<Service> =>
  startService({ ...world.env, SECRET_KEY, DATA_DIR: temporaryDirectory() });

before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  one = await startNode();
  await pair(one, ACCOUNT, own);
  two = await startNode();
});
after(async () => {
  one?.signal('SIGCONT');
  await Promise.all([one?.kill(), two?.kill()]);
  await world?.close();
});

const epochs = async (): Promise<number[]> =>
  (await logged(world, 'account.connected')).map(({ epoch = 0 }) => epoch);
/** Resolves once somebody has connected under a newer epoch than `before`; gives the ms it took. */
const takeover = async (before: number): Promise<number> => {
  const began = performance.now();
  await waitFor(async () => Math.max(...(await epochs())) > before, { what: 'takeover', ms: 30_000 });
  return Math.round(performance.now() - began);
};
const burst = async (count: number): Promise<void> => {
  received.push(...(await world.sandbox.burst({ to: own.number, from: 5, count })).ids);
};
const sends = async (service: Service, label: string): Promise<void> => {
  const sending = insist(() => service, { account: ACCOUNT, to: anna, lines: 2, label });
  await waitFor(() => sending.sent.size >= 10, { what: 'ten sends', ms: 60_000 });
  await sending.stop();
  for (const [text, id] of sending.sent) sent.set(text, id);
};
const check = (service: Service): Promise<void> =>
  assertNothingLostNothingTwice(world, service, { account: ACCOUNT, own, received, sent, to: anna });

it('refuses a node that has another SECRET_KEY', async () => {
  const SECRET_KEY = Buffer.alloc(32, 8).toString('base64');
  const env = { ...world.env, SECRET_KEY, DATA_DIR: temporaryDirectory() };
  await assert.rejects(startService(env), /SECRET_KEY .* is not the one that the database/);
});

it('runs one socket, and serves the account from both nodes', async () => {
  assert.equal((await epochs()).length, 1, 'connected twice');
  await Promise.all([burst(200), sends(one, 'by one'), sends(two, 'by two')]);
  assert.equal((await two.get(`/accounts/${ACCOUNT}/status`)).body.status, 'connected');
  await check(one);
  await check(two);
  assert.equal((await own.show()).companions.filter(({ connected }) => connected).length, 1);
  assert.equal((await epochs()).length, 1, 'connected twice');
});

it('takes over from an owner that is stopped, and keeps the zombie quiet', async () => {
  const [before = 0] = await epochs();
  await burst(500);
  one.signal('SIGSTOP');
  const ms = await takeover(before);
  process.stderr.write(`# taken over from a stopped owner after ${ms} ms\n`);
  await untilStatus(two, ACCOUNT, 'connected');
  await burst(200);
  await sends(two, 'past the zombie');
  one.signal('SIGCONT');
  await Promise.all([burst(300), sends(two, 'beside the zombie'), sends(one, 'by the zombie')]);
  await waitFor(async () => /lease lost/.test(one.output()), { what: 'lease lost' });
  await check(two);
  await check(one);
  const all = await epochs();
  assert.equal(all.length, 2, 'the zombie connected again');
  // whatever the zombie still told of the account it told under its own epoch, and folds know better
  assert.equal((await one.get(`/accounts/${ACCOUNT}/status`)).body.status, 'connected');
});

it('takes over from an owner that was killed', async () => {
  const before = Math.max(...(await epochs()));
  await burst(300);
  await two.kill();
  const ms = await takeover(before);
  process.stderr.write(`# taken over from a killed owner after ${ms} ms\n`);
  assert.ok(ms < 17_000);
  await untilStatus(one, ACCOUNT, 'connected');
  await Promise.all([burst(200), sends(one, 'after the takeover')]);
  await check(one);
});

it('hands over at once where the owner ends in order', async () => {
  const before = Math.max(...(await epochs()));
  two = await startNode();
  const moved = takeover(before);
  assert.equal(await one.stop(), 0);
  const ms = await moved;
  process.stderr.write(`# taken over from an owner that ended in order after ${ms} ms\n`);
  await untilStatus(two, ACCOUNT, 'connected');
  await Promise.all([burst(100), sends(two, 'handed over')]);
  await check(two);
});
