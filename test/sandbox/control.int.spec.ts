import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, it } from 'node:test';
import { z } from 'zod';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';

let test: TestSandbox;
before(async () => {
  test = await openSandbox();
  await test.control.makePhone('4915700000001', { name: 'Anna' });
  await test.control.makePhone('4915700000002');
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const answer = z.record(z.string(), z.unknown());
const call = async (method: string, path: string, body?: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${test.sandbox.controlUrl}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: answer.parse(await response.json()) };
};
const ANNA = '/phones/4915700000001';
const ACCOUNT = '/accounts/4915700000001';

const refused = [
  ['GET', '/nothing', undefined, 404, undefined],
  ['PUT', '/phones', '{}', 405, undefined],
  ['POST', '/phones', '{', 400, undefined],
  ['POST', '/phones', '[]', 400, undefined],
  ['POST', '/phones', '{}', 400, 'number'],
  ['POST', '/phones', '{"number":"hello"}', 400, 'number'],
  ['POST', '/phones', '{"number":4915700000009}', 400, 'number'],
  ['POST', '/phones', '{"number":"4915700000009","colour":"red"}', 400, 'colour'],
  ['PATCH', ANNA, '{"readAfter":-1}', 400, 'readAfter'],
  ['GET', '/phones/123456', undefined, 404, undefined],
  ['POST', `${ANNA}/messages`, '{"to":"4915700000002"}', 400, 'text'],
  ['POST', `${ANNA}/messages`, '{"to":"4915700000002","text":""}', 400, 'text'],
  ['POST', `${ANNA}/messages`, '{"to":"4915799999999","text":"hi"}', 400, 'to'],
  ['POST', `${ANNA}/messages`, '{"to":"4915700000002","text":"hi","quoted":"no"}', 400, 'quoted'],
  ['POST', `${ANNA}/messages`, '{"to":"4915700000002","proto":"/////w=="}', 400, 'proto'],
  [
    'POST',
    `${ANNA}/messages`,
    '{"to":"4915700000002","text":"hi","mentions":["4915799999999"]}',
    400,
    'mentions',
  ],
  ['GET', `${ANNA}/messages?after=x`, undefined, 400, 'after'],
  ['POST', `${ANNA}/scan`, '{}', 400, 'qr'],
  ['POST', `${ANNA}/scan`, '{"qr":"2@a,b,c,d"}', 400, 'qr'],
  ['DELETE', `${ANNA}/companions/1`, undefined, 404, undefined],
  ['POST', `${ACCOUNT}/trouble`, '{"kind":"fire"}', 400, 'kind'],
  ['POST', `${ACCOUNT}/trouble`, '{"kind":"close"}', 400, 'code'],
  ['POST', '/accounts/123456/trouble', '{"kind":"none"}', 404, undefined],
  ['POST', '/bursts', '{"to":"4915700000001","count":0}', 400, 'count'],
  ['POST', '/bursts/none/release', '{}', 404, undefined],
] as const;
for (const [method, path, body, status, field] of refused) {
  it(`refuses ${method} ${path} ${body ?? ''}`, async () => {
    const before = JSON.stringify(await test.control.state());
    const { status: got, body: told } = await call(method, path, body);
    assert.equal(got, status);
    assert.equal(typeof told.error, 'string');
    assert.equal(typeof told.message, 'string');
    assert.equal(told.field, field);
    assert.equal(JSON.stringify(await test.control.state()), before);
  });
}

it('serves loopback names only', async () => {
  const status = await new Promise((resolve, reject) => {
    request(`${test.sandbox.controlUrl}/state`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  assert.equal(status, 403);
});

it('makes a phone once per number', async () => {
  const first = await call('POST', '/phones', '{"number":"+4915700000003","name":"Cem"}');
  assert.equal(first.status, 201);
  assert.match(String(first.body.lid), /^\d{15}$/);
  const again = await call('POST', '/phones', '{"number":"4915700000003","name":"Other"}');
  assert.deepEqual([again.status, again.body], [200, first.body]);
});

it('passes texts between phones without any companion', async () => {
  const anna = test.control.phone('4915700000001');
  const id = await anna.send('4915700000002', 'between us');
  const shown = await test.control.phone('4915700000002').waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'between us');
  await anna.waitForMessage((message) => message.id === id && message.status === 'read');
});

it('answers a waiting reader as soon as there is something, and with nothing at the limit', async () => {
  const cem = await test.control.makePhone('4915700000004');
  const { sequence } = await test.control.state();
  const started = performance.now();
  const pending = cem.waitForMessage((message) => message.text === 'awaited');
  await test.control.phone('4915700000001').send(cem.number, 'awaited');
  assert.ok((await pending).sequence > sequence);
  assert.ok(performance.now() - started < 2000);
  const empty = await call('GET', `/phones/${cem.number}/messages?after=1000000&wait=30`);
  assert.deepEqual(empty.body.messages, []);
  await assert.rejects(
    cem.waitForMessage(() => false, 50),
    /within 50 ms/,
  );
});
