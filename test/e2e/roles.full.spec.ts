import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService, temporaryDirectory } from '../support/service.ts';
import { jidOf, messagesOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

let world: World;
let own: PhoneHandle;
let anna: PhoneHandle;
/** One process answers requests and nothing else, the other has the sockets and keeps the views. */
let api: Service;
let worker: Service;

const SECRET_KEY = randomBytes(32).toString('base64');
const startAs = (roles: string): Promise<Service> =>
  startService({ ...world.env, ROLES: roles, SECRET_KEY, DATA_DIR: temporaryDirectory() });

before(async () => {
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001');
  anna = await world.sandbox.makePhone('4915100000002');
  worker = await startAs('gateway,projector');
  api = await startAs('api');
});
after(async () => {
  await api?.kill();
  await worker?.kill();
  await world?.close();
});

it('serves what each process is asked for only', async () => {
  for (const path of ['/ping', '/ready', '/health', '/metrics'])
    for (const service of [api, worker]) assert.equal((await service.get(path)).status, 200, path);
  assert.equal((await worker.get('/accounts')).status, 404);
  assert.equal((await worker.send('POST', '/accounts', { id: 'shop', name: 'Shop' })).status, 404);
  const states = async (service: Service) => {
    const views = (await service.get('/health')).body.views as { state: string }[];
    return [...new Set(views.map(({ state }) => state))];
  };
  assert.deepEqual(await states(worker), ['running']);
  assert.deepEqual(await states(api), ['standby']);
});

it('pairs, receives and sends over a process that has no socket', async () => {
  await pair(api, 'shop', own);
  await anna.send(own.number, 'Do you have umbrellas?');
  const answer = await api.send('POST', '/accounts/shop/message/send', { to: jidOf(anna), message: 'Yes' });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  await anna.waitForMessage(({ id }) => id === answer.body.messageId);
});

it('shows every write to who wrote it, although another process folds it', async () => {
  for (let n = 0; n < 10; n++) {
    const message = `number ${n}`;
    const headers = { Prefer: 'respond-async' };
    const sent = await api.send('POST', '/accounts/shop/message/send', { to: jidOf(anna), message }, headers);
    assert.equal(sent.headers.get('wildcat-stale'), null);
    const [newest] = await messagesOf(api, 'shop', jidOf(anna));
    assert.equal(newest?.text, message);
    const { body } = await api.get(`/accounts/shop/messages/${sent.body.messageId}`);
    assert.equal(body.ok, true, JSON.stringify(body));
  }
  const position = Number((await api.get('/accounts')).headers.get('wildcat-position'));
  assert.ok(position > 10, `position ${position}`);
});

it('says that it is stale while nobody keeps the views, and is whole again afterwards', async () => {
  assert.equal(await worker.stop(), 0);
  const alone = await api.send('POST', '/accounts/shop/disconnect');
  assert.deepEqual([alone.status, alone.headers.get('wildcat-stale')], [200, 'true']);
  assert.equal((await api.send('POST', '/accounts/shop/connect')).status, 200);
  worker = await startAs('gateway,projector');
  await untilStatus(api, 'shop', 'connected');
  const { headers } = await api.send('POST', '/accounts/shop/disconnect');
  assert.equal(headers.get('wildcat-stale'), null);
  assert.equal(await api.stop(), 0);
});
