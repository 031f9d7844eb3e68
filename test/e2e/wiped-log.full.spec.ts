import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { openLog } from '../support/log.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, type World } from '../support/world.ts';

let world: World;
let service: Service;

before(async () => {
  world = await startWorld();
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const wipe = async (): Promise<void> => {
  const { jsm, close } = await openLog(world.nats.url, { maxBytes: null, dedupeMs: world.dedupeMs });
  await jsm.streams.delete('WILDCAT');
  await close();
};
type View = Readonly<{ view: string; state: string; stop: { error: string } | null }>;
const stoppedViews = async (): Promise<readonly View[] | false> => {
  const views = (await service.get('/health')).body.views as readonly View[];
  return views.length > 0 && views.every(({ state }) => state === 'stopped') && views;
};

it('stops its views, loudly, where the log under them is another one', async () => {
  const own = await world.sandbox.makePhone('4915100000001');
  const anna = await world.sandbox.makePhone('4915100000002');
  await pair(service, 'shop', own);
  await anna.send(own.number, 'hello');
  await waitFor(async () => (await messagesOf(service, 'shop', jidOf(anna))).length === 1, {
    what: 'message',
  });
  assert.equal(await service.stop(), 0);
  await wipe();
  service = await startService(world.env);
  const views = await waitFor(stoppedViews, { what: 'stopped views' });
  for (const { stop } of views)
    assert.match(stop?.error ?? '', /^The log was created at .* Restore the log, or drop/);
  const ready = await service.get('/ready');
  assert.equal(ready.status, 503);
  assert.match(String((ready.body.reasons as string[])[0]), /^View \w+ has stopped at event \d+$/);
  assert.match(service.output(), /the log is not the one it was built from/);
  const health = await service.get('/health');
  const reactors = health.body.reactors as readonly { reactor: string; trouble: string | null }[];
  assert.match(String(reactors.find(({ reactor }) => reactor === 'media')?.trouble), /Restore the log/);
  assert.ok((health.body.reasons as string[]).includes('Files: at a standstill'));
  const metrics = String((await service.get('/metrics')).body.text);
  assert.match(metrics, /wildcat_view_stopped\{[^}]*\} 1/);
  assert.match(metrics, /wildcat_work_stopped\{work="files"\} 1/);
  // what was in the views is still there to be read
  assert.equal((await service.get('/messages')).status, 200);
});

it('says so, too, where the log vanishes while it runs', async () => {
  assert.equal(await service.stop(), 0);
  service = await startService({ ...world.env, DB_NAME: `${world.env.DB_NAME}_second` });
  const created = await service.send('POST', '/accounts', { id: 'other' });
  assert.equal(created.status, 201);
  await wipe();
  await waitFor(async () => (await service.get('/ready')).status === 503, { what: 'trouble', ms: 20_000 });
  const { body } = await service.get('/health');
  assert.equal(body.status, 'degraded');
  const [{ trouble } = { trouble: null }] = body.views as { trouble: string | null }[];
  assert.match(String(trouble), /stream not found|stream WILDCAT is gone/);
  const refused = await service.send('POST', '/accounts', { id: 'third' });
  assert.equal(refused.status, 503);
  // told, and not five times a second
  assert.ok(service.output().split('append refused for now').length <= 2);
});
