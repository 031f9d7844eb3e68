import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import fc from 'fast-check';
import { contracts } from '../../src/http/schemas/contracts.ts';
import { failure } from '../../src/http/schemas/fields.ts';
import { exchange } from '../support/exchange.ts';
import {
  type HostileRequest,
  hostileRequests,
  type Target,
  worstRequests,
} from '../support/hostile-requests.ts';
import { type Service, startService } from '../support/service.ts';
import { logged, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;
let port: number;
let target: Target;

before(async () => {
  world = await startWorld();
  service = await startService(world.env);
  port = Number(new URL(service.url).port);
  const own = await world.sandbox.makePhone('4915100000001');
  await world.sandbox.makePhone('4915100000002');
  await pair(service, 'shop', own);
  const to = '4915100000002@s.whatsapp.net';
  const { body } = await service.send('POST', '/accounts/shop/message/send', { to, message: 'hello' });
  // paused: nothing that goes on by itself may hide what these requests do
  const hook = { url: 'http://127.0.0.1:9/', format: 'cloudevents' };
  const made = await service.send('POST', '/webhooks', hook);
  const webhookId = String((made.body.webhook as { id: string }).id);
  await service.send('POST', `/webhooks/${webhookId}/pause`);
  target = { account: 'shop', messageId: String(body.messageId), webhookId, deliveryId: 'msg_1' };
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const refuses = async (request: HostileRequest): Promise<void> => {
  const said = `${request.why}: ${request.method} ${request.path.slice(0, 80)}`;
  const answer = await exchange(port, request);
  assert.ok(answer.status >= 400 && answer.status < 500, `${said} was answered ${answer.status}`);
  assert.ok(failure.safeParse(answer.json).success, `${said} was answered ${answer.text}`);
};
/** What people wished for, as far as the log has it. */
const wishes = () =>
  logged(
    world,
    'account.created',
    'account.deleted',
    'account.logout_requested',
    'account.disconnect_requested',
    'account.connect_requested',
    'message.send_requested',
    'webhook.created',
    'webhook.updated',
    'webhook.deleted',
    'webhook.paused',
    'webhook.resumed',
    'webhook.replay_requested',
  );

it('answers the worst requests of every endpoint with its JSON error, and logs nothing', async () => {
  const before = await wishes();
  for (const contract of contracts)
    for (const request of worstRequests(contract, target)) await refuses(request);
  await fc.assert(fc.asyncProperty(hostileRequests(target), refuses), { numRuns: 200, endOnFailure: true });
  assert.deepEqual(await wishes(), before);
});
