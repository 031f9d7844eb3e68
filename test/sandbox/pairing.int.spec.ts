import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { makePhone } from '../../sandbox/phones/people.ts';
import { scanQr } from '../../sandbox/server/pairing.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { pairBaileys } from '../support/bare-baileys.ts';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox();
});
after(() => sandbox.close());

it('pairs by QR, restarts, logs in and is past its first sync without waiting', async () => {
  const phone = makePhone(sandbox.world, { number: '4915112345678', name: 'Anna' });
  const started = performance.now();
  const client = await pairBaileys(sandbox, (qr) => scanQr(sandbox.world, phone, qr));
  assert.ok(performance.now() - started < 8000);
  assert.equal(client.auth.creds.me?.id, '4915112345678:1@s.whatsapp.net');
  await client.close();
});
