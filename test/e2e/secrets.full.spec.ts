import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, startWorld, untilStatus, type World } from '../support/world.ts';

const API_KEY = 'a key that nobody may read'.replaceAll(' ', '_');
const TEXTS = ['the first secret of Anna', 'the second secret of the shop', 'the third secret, refused'];

let world: World;
let service: Service;

before(async () => {
  world = await startWorld({ durable: true });
});
after(async () => {
  await service?.kill();
  await world?.close();
});

it('prints no secret and no text at LOG_LEVEL=trace', async () => {
  const env = { API_KEY, HOST: '127.0.0.1', LOG_LEVEL: 'trace' };
  const started = await startService({ ...world.env, ...env });
  const key = { 'x-api-key': API_KEY };
  service = {
    ...started,
    get: (path) => started.get(path, key),
    send: (method, path, body) => started.send(method, path, body, key),
  };
  const own = await world.sandbox.makePhone('4915100000001');
  const anna = await world.sandbox.makePhone('4915100000002');
  await service.send('POST', '/accounts', { id: 'shop' });
  const qr = String(
    await waitFor(async () => (await service.get('/accounts/shop/status')).body.qr, { what: 'QR' }),
  );
  await service.get('/accounts/shop/qr');
  await own.scan(qr);
  await untilStatus(service, 'shop', 'connected');
  await world.sandbox.account(own.number).trouble({ kind: 'tamper-in', count: 1 });
  await anna.send(own.number, TEXTS[0] ?? '');
  await anna.send(own.number, TEXTS[0] ?? '');
  await waitFor(async () => (await messagesOf(service, 'shop', jidOf(anna))).length >= 1, {
    what: 'message',
  });
  const path = '/accounts/shop/message/send';
  assert.equal((await service.send('POST', path, { to: jidOf(anna), message: TEXTS[1] })).status, 200);
  await service.send('POST', path, { to: 'nobody', message: TEXTS[2] });
  await world.sandbox.account(own.number).trouble({ kind: 'reject', code: 463, count: 1 });
  await service.send('POST', path, { to: jidOf(anna), message: TEXTS[2] });
  assert.equal(await service.stop(), 0);

  const output = started.output();
  assert.match(output, /baileys: /, 'it was talkative');
  const forbidden = [...TEXTS, API_KEY, qr, ...qr.split(',').filter((part) => part.length > 20)];
  for (const secret of forbidden) assert.ok(!output.includes(secret), `printed ${secret}`);
  const [said] =
    /.*(privKey|rootKey|ephemeralKey|BEGIN |"private"|noiseKey|advSecret|Closing session).*/.exec(output) ??
    [];
  assert.equal(said, undefined);
  // neither does a request's line tell whom it was about
  assert.ok(!output.includes(anna.number), 'printed a phone number');
});
