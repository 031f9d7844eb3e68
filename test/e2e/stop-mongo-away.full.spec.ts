import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openLog, type TestLog } from '../support/log.ts';
import { firsts, type Receiver, startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf, message, waIdOf } from '../support/webhook-events.ts';
import { jidOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const COUNT = 300;
const failing = [0, 1, 2, 3].map((n) => chatOf(n).jid);

let world: World;
let log: TestLog;
let service: Service;
let receiver: Receiver;
const env = (): Record<string, string> => ({
  ...world.env,
  WEBHOOK_RETRY_SCHEDULE: '1s,1s,1s,1s,1s,1s,1s,1s',
});

before(async () => {
  world = await startWorld({ durable: true });
  log = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  receiver = await startReceiver();
  service = await startService(env());
  await pair(service, ACCOUNT, await world.sandbox.makePhone('4915100000001'));
  const settings = { url: `${receiver.url}/h`, format: 'cloudevents', events: ['message.*'] };
  assert.equal((await service.send('POST', '/webhooks', settings)).status, 201);
});
after(async () => {
  await service?.kill();
  await receiver?.close();
  await log?.close();
  await world?.close();
});

for (const [how, away, back] of [
  ['gone', () => world.mongo.kill('SIGKILL'), () => world.mongo.restart()],
  ['hanging', () => world.mongo.kill('SIGSTOP'), () => world.mongo.kill('SIGCONT')],
] as const)
  it(`stops in order while MongoDB is ${how} and webhooks are under way, and loses nothing`, async () => {
    const anna = await world.sandbox.makePhone(how === 'gone' ? '4915100000002' : '4915100000003');
    const name = (n: number): string => `${how}${n}`;
    const began = receiver.got.length;
    // of some chats nothing is taken: they have to be parked, which waits for MongoDB
    receiver.answer(({ body }) => (failing.some((jid) => body.includes(jid)) ? 500 : 200));
    const feed = (from: number, to: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: to - from }, (_, n) => log.log.append(message(name(from + n), n % 20))),
      );
    await feed(0, 50);
    await waitFor(() => receiver.got.length > began + 20, { what: 'webhooks under way' });
    await away();
    await feed(50, COUNT);
    const send = { to: jidOf(anna), message: 'while it is away' };
    const sending = service.send('POST', `/accounts/${ACCOUNT}/message/send`, send).catch(() => null);
    const code = await service.stop();
    const said = service.output();
    await sending;
    await back();
    receiver.answer(() => 200);
    service = await startService(env());
    await untilStatus(service, ACCOUNT, 'connected');
    const arrived = (): Set<unknown> => new Set(firsts(receiver.got).map(waIdOf));
    await waitFor(() => Array.from({ length: COUNT }, (_, n) => name(n)).every((id) => arrived().has(id)), {
      what: 'all webhooks',
      ms: 60_000,
    });
    assert.equal(code, 0, 'not all had ended in time');
    assert.match(said, /MongoDB does not answer.*nothing is lost/i);
  });
