import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { z } from 'zod';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { messageView } from '../../sandbox/control/message-views.ts';
import { openBaileys, until } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ANNA = '4916300000001';
const BEN = '4916300000002';

let test: TestSandbox;
let anna: PhoneHandle;
let ben: PhoneHandle;
before(async () => {
  test = await openSandbox();
  anna = await test.control.makePhone(ANNA, { name: 'Anna' });
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const ask = (path: string, init?: RequestInit) => fetch(`${test.sandbox.controlUrl}${path}`, init);

it('serves every file of the page as it is in the checkout, under a strict policy, and nothing else', async () => {
  const start = await ask('/');
  assert.match(start.headers.get('content-type') ?? '', /^text\/html/);
  assert.match(start.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'self'/);
  const html = await start.text();
  for (const file of readdirSync(join('sandbox', 'page'))) {
    const source = readFileSync(join('sandbox', 'page', file), 'utf8');
    const answer = await ask(`/page/${file}`);
    assert.equal(answer.status, 200, file);
    assert.equal(await answer.text(), source, file);
    if (file.endsWith('.css')) assert.ok(html.includes(`/page/${file}`), `${file} is used`);
  }
  for (const path of [
    '/page/nothing.js',
    '/page/..%2Fcontrol%2Fapp.js',
    '/page/%2e%2e%2fmain.js',
    '/page/',
  ]) {
    assert.equal((await ask(path)).status, 404, path);
  }
});

it('is not to be used by pages from elsewhere', async () => {
  const from = (origin: string) => ask('/phones', { headers: { origin } });
  assert.equal((await from('https://example.com')).status, 403);
  assert.equal((await from('null')).status, 403);
  assert.equal((await from(test.sandbox.controlUrl)).status, 200);
});

it('gives files out as what they say they are, and lets them do nothing', async () => {
  const kinds = [
    ['text/html', /^text\/html/],
    ['a/b\r\nx-y: z', /^application\/octet-stream$/],
  ] as const;
  for (const [mimetype, expected] of kinds) {
    const data = Buffer.from('<script>alert(1)</script>');
    const id = await anna.sendFile(BEN, { kind: 'document', mimetype, data });
    await ben.waitForMessage((message) => message.id === id);
    const answer = await ask(`/phones/${BEN}/messages/${id}/media`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', expected);
    assert.match(answer.headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none'$/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), data);
  }
});

interface Told {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: unknown;
}

/** Listens to events until closed; what was told is there in order. */
const listen = async (query: string, lastEventId?: string) => {
  const abort = new AbortController();
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const { body } = await ask(`/events?${query}`, { signal: abort.signal, headers });
  const told: Told[] = [];
  const read = async () => {
    let rest = '';
    for await (const part of body ?? []) {
      const blocks = `${rest}${Buffer.from(part).toString()}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        told.push({
          id: field('id'),
          event: field('event') ?? '',
          data: JSON.parse(field('data') ?? 'null'),
        });
      }
    }
  };
  const done = read().catch(() => undefined);
  const messages = () =>
    told.filter(({ event }) => event === 'messages').flatMap(({ data }) => z.array(messageView).parse(data));
  const close = async () => {
    abort.abort();
    await done;
  };
  return { told, messages, close };
};

it('tells a listener what a phone shows as it happens, and goes on where a lost connection was', async () => {
  const first = await listen(`phone=${BEN}`);
  const id = await anna.send(BEN, 'told at once');
  await until('the message', () => first.messages().some((message) => message.id === id));
  const place = first.told.findLast((told) => told.event === 'messages')?.id;
  await anna.presence({ state: 'composing', to: BEN });
  await until('typing', () => first.told.some(({ event }) => event === 'presence'));
  await first.close();

  const missed = await anna.send(BEN, 'while nobody listened');
  await ben.waitForMessage((message) => message.id === missed);
  const second = await listen(`phone=${BEN}`, place);
  await until('the missed one', () => second.messages().some((message) => message.id === missed));
  assert.deepEqual(
    second.messages().map((message) => message.id),
    [missed],
  );
  assert.deepEqual(
    second.told.slice(0, 2).map(({ event }) => event),
    ['hello', 'state'],
  );
  await second.close();
  await until('nobody listens', () => test.sandbox.world.changes.listenerCount('frame') === 0);
});

it('refuses to tell of nobody', async () => {
  assert.equal((await ask('/events?phone=4916399999999')).status, 404);
  assert.equal((await ask('/events?phone=x')).status, 400);
});

it('knows who waits for a scan, and whose QR code was handed in', async () => {
  let shown: string | undefined;
  const client = openBaileys(test.sandbox, {
    onQr: (qr) => {
      shown ??= qr;
    },
  });
  const qr = await until('a QR', () => shown);
  const [before] = await test.control.waiting();
  assert.equal(before?.qr, undefined);
  await assert.rejects(test.control.handInQr(`${qr.slice(0, 30)}x`), { status: 400, field: 'qr' });
  await test.control.handInQr(qr, 'my bot');
  const [waiting] = await test.control.waiting();
  assert.deepEqual([waiting?.qr, waiting?.name, waiting?.platform], [qr, 'my bot', before?.platform]);
  await anna.scan(qr);
  assert.deepEqual(await test.control.waiting(), []);
  await until('the first sync', () => client.auth.creds.accountSyncCounter > 0);
  await client.close();
});
