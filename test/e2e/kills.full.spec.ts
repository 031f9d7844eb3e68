import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { freePort } from '../../src/adapters/services/ports.ts';
import { insist } from '../support/insist.ts';
import { assertNothingLostNothingTwice } from '../support/ledger.ts';
import { type Service, startService } from '../support/service.ts';
import { pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const PEOPLE = 20;
const LINES = 4;

let world: World;
let env: Readonly<Record<string, string>>;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
const received: string[] = [];
const sent = new Map<string, string>();

before(async () => {
  world = await startWorld({ durable: true });
  // one port for all lives of the service, so that its clients find it again
  env = { ...world.env, PORT: String(await freePort()) };
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  service = await startService(env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

/** Disturbs a burst of messages and a stream of sends, then finds all of it everywhere, once. */
const underLoad = async (label: string, count: number, disturb: () => Promise<void>): Promise<void> => {
  const burst = await world.sandbox.burst({ to: own.number, from: PEOPLE, count, release: false });
  received.push(...burst.ids);
  const sending = insist(() => service, { account: ACCOUNT, to: anna, lines: LINES, label });
  const begun = performance.now();
  try {
    await world.sandbox.releaseBurst(burst.id);
    await disturb();
  } finally {
    await sending.stop();
  }
  for (const [text, id] of sending.sent) sent.set(text, id);
  const ms = Math.round(performance.now() - begun);
  process.stderr.write(
    `# ${ms} ms ${label}: ${sending.sent.size} sends, ${JSON.stringify([...sending.answers])}\n`,
  );
  await untilStatus(service, ACCOUNT, 'connected');
  await assertNothingLostNothingTwice(world, service, { account: ACCOUNT, own, received, sent, to: anna });
};

/** A life of the service that ends after `ms`, wherever it has come to by then. */
const shortLife = async (ms: number): Promise<void> => {
  const begin = startService(env, (pid) => void setTimeout(() => process.kill(pid, 'SIGKILL'), ms));
  const ended = await begin.then(
    ({ gone, output }) => gone.then(output),
    (error: unknown) => String(error),
  );
  assert.doesNotMatch(ended, /^wildcat: /m, 'it ended by itself');
};

it('loses and doubles nothing under kill -9 of the service, at any moment', async () => {
  await underLoad('service killed', 3_000, async () => {
    await service.kill();
    // from before it has read its configuration to well after it is connected
    for (let n = 1; n <= 15; n++) await shortLife(200 + Math.random() * 4_000);
    service = await startService(env);
  });
});

it('loses and doubles nothing under kill -9 of NATS', async () => {
  await underLoad('NATS killed', 2_000, async () => {
    for (let n = 1; n <= 4; n++) {
      await sleep(Math.random() * 3_000);
      await world.nats.kill('SIGKILL');
      await world.nats.restart();
    }
  });
});

it('loses and doubles nothing under kill -9 of MongoDB', async () => {
  await underLoad('MongoDB killed', 2_000, async () => {
    for (let n = 1; n <= 4; n++) {
      await sleep(Math.random() * 3_000);
      await world.mongo.kill('SIGKILL');
      await world.mongo.restart();
    }
  });
});
