import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { type LiveSignal, liveSignal } from '../../src/events/live.ts';
import { type Service, startService } from '../support/service.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;

before(async () => {
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  service = await startService(world.env);
  await pair(service, 'shop', own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

it('tells on NATS who is there and who writes, and puts none of it into the log', async () => {
  const nc = await connectNats({ url: world.nats.url, name: 'listener' }, silentLog);
  const heard: [subject: string, signal: LiveSignal][] = [];
  nc.subscribe('wildcat-live.shop.>', {
    callback: (_error, message) => void heard.push([message.subject, liveSignal.parse(message.json())]),
  });
  await nc.flush();
  try {
    const path = `/accounts/shop/chats/${jidOf(anna)}/presence`;
    const { status, body } = await service.send('POST', path, { state: 'subscribe' });
    assert.equal(status, 200, JSON.stringify(body));
    const hears = (type: string, state: string) =>
      waitFor(() => heard.find(([, signal]) => signal.type === type && signal.state === state), {
        what: `${type} ${state}`,
      });
    await anna.presence({ state: 'available' });
    const [subject, signal] = await hears('presence', 'available');
    assert.match(subject, /^wildcat-live\.shop\.presence\.[lp]\d+$/);
    assert.ok([signal.from.jid, signal.from.alt].includes(jidOf(anna)));
    await anna.presence({ state: 'composing', to: own.number });
    const [typing] = await hears('typing', 'composing');
    assert.match(typing, /^wildcat-live\.shop\.typing\.[lp]\d+$/);
    await anna.presence({ state: 'unavailable' });
    await hears('presence', 'unavailable');
    assert.doesNotMatch(JSON.stringify(await logged(world)), /presence|composing|available/);
  } finally {
    await nc.close();
  }
});
