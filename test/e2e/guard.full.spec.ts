import assert from 'node:assert/strict';
import { after, afterEach, before, it } from 'node:test';
import { exchange } from '../support/exchange.ts';
import { type Service, startService } from '../support/service.ts';
import { startWorld, type World } from '../support/world.ts';

const API_KEY = 'correct horse battery'.replaceAll(' ', '-');

let world: World;
let service: Service | undefined;

before(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await service?.kill();
  service = undefined;
});
after(() => world?.close());

const start = async (env: Readonly<Record<string, string>> = {}): Promise<Service> => {
  service = await startService({ ...world.env, ...env });
  return service;
};
const statusOf = async (headers: Record<string, string>, path = '/accounts'): Promise<number> =>
  (await service?.get(path, headers))?.status ?? 0;

it('refuses to listen to the network without an API_KEY, and says how to mend it', async () => {
  await assert.rejects(
    start({ HOST: '0.0.0.0' }),
    /Set API_KEY \(16 characters or more\), or leave HOST out/,
  );
});

it('serves this machine only, and no web page, without an API_KEY', async () => {
  const { url } = await start();
  assert.match(url, /^http:\/\/127\.0\.0\.1:/);
  const port = Number(new URL(url).port);
  const asked = (headers: Record<string, string>) =>
    exchange(port, { method: 'GET', path: '/accounts', headers });
  assert.equal((await asked({ host: `localhost:${port}` })).status, 200);
  assert.equal((await asked({ host: 'evil.example' })).status, 403);
  assert.equal((await asked({ host: `127.0.0.1.evil.example:${port}` })).status, 403);
  assert.equal((await asked({ host: `127.0.0.1:${port}`, origin: 'https://evil.example' })).status, 403);
  assert.equal((await asked({ host: `127.0.0.1:${port}`, origin: 'null' })).status, 403);
});

it('asks for the API_KEY everywhere but at /ping and /ready', async () => {
  await start({ API_KEY, HOST: '127.0.0.1' });
  const wrong = [
    {},
    { 'x-api-key': `${API_KEY}x` },
    { authorization: `Bearer ${API_KEY.slice(1)}` },
    { 'x-api-key': '' },
  ];
  for (const path of ['/accounts', '/health', '/metrics', '/messages', '/accounts/shop/qr', '/nowhere'])
    for (const headers of wrong) assert.equal(await statusOf(headers, path), 401, path);
  assert.equal(await statusOf({ 'x-api-key': API_KEY }), 200);
  assert.equal(await statusOf({ authorization: `Bearer ${API_KEY}` }), 200);
  assert.equal(await statusOf({ authorization: `bearer ${API_KEY}`, host: 'anything.example' }), 200);
  assert.equal(await statusOf({}, '/ping'), 200);
  assert.equal(await statusOf({}, '/ready'), 200);
  assert.ok(!service?.output().includes(API_KEY));
});

it('is the only one on its DATA_DIR', async () => {
  const { pid } = await start();
  await assert.rejects(startService(world.env), new RegExp(`is in use by process ${pid} since`));
  assert.equal(await statusOf({}, '/ping'), 200);
});

it('refuses a SECRET_KEY that is not the one it began with', async () => {
  assert.equal(await (await start()).stop(), 0);
  const SECRET_KEY = Buffer.alloc(32, 9).toString('base64');
  await assert.rejects(
    start({ SECRET_KEY }),
    /SECRET_KEY .* is not the one that the database .* was begun with/,
  );
  assert.equal(await (await start()).stop(), 0);
});
