import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { MongoClient } from 'mongodb';
import sharp from 'sharp';
import type { MessageView, PhoneHandle } from '../../sandbox/client.ts';
import { findFfmpeg } from '../../src/adapters/media/ffmpeg.ts';
import { makeJpeg } from '../support/media.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, pair, startWorld, type World } from '../support/world.ts';

const ACCOUNT = 'shop';
const MIB = 1_048_576;

let world: World;
let service: Service;
let anna: PhoneHandle;
let mongo: MongoClient;
let ffmpeg: string | null;
before(async () => {
  world = await startWorld({ durable: true });
  const own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  service = await startService({ ...world.env, MAX_UPLOAD_MB: '2' });
  await pair(service, ACCOUNT, own);
  mongo = await new MongoClient(world.mongo.url).connect();
  ffmpeg = await findFfmpeg(undefined);
});
after(async () => {
  await mongo?.close();
  await service?.kill();
  await world?.close();
});

type Fields = Readonly<Record<string, string>>;
type Sent = Readonly<{ status: number; body: Record<string, unknown> }>;

/** Bytes, name and claimed type. */
type Part = readonly [Buffer, string, string];

const form = (field: string, [bytes, name, type]: Part, fields: Fields = {}): FormData => {
  const data = new FormData();
  data.append(field, new File([new Uint8Array(bytes)], name, { type }));
  for (const [key, value] of Object.entries({ to: jidOf(anna), ...fields })) data.append(key, value);
  return data;
};
const post = async (kind: string, body: FormData): Promise<Sent> => {
  const path = `${service.url}/accounts/${ACCOUNT}/message/send/${kind}`;
  const answer = await fetch(path, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const arrives = async ({ status, body }: Sent): Promise<MessageView> => {
  assert.equal(status, 200, JSON.stringify(body));
  const shown = await anna.waitForMessage(({ id }) => id === body.messageId);
  assert.equal(shown.media?.error, undefined);
  return shown;
};
const keptBytes = async ({ body }: Sent): Promise<Buffer> => {
  const answer = await fetch(`${service.url}/accounts/${ACCOUNT}/messages/${body.messageId}/media`);
  assert.equal(answer.status, 200);
  return Buffer.from(await answer.arrayBuffer());
};
/** What the database holds of files: kept, their chunks, and what is being staged. */
const stored = async (): Promise<number[]> => {
  const state = mongo.db(`${world.env.DB_NAME}_state`);
  return Promise.all(
    ['media.files', 'media.chunks', 'staging'].map((name) => state.collection(name).countDocuments()),
  );
};
const run = (...args: string[]): Buffer => {
  const { stdout, status, stderr } = spawnSync(ffmpeg ?? '', ['-v', 'error', ...args], {
    maxBuffer: 8 * MIB,
  });
  assert.equal(status, 0, String(stderr));
  return stdout;
};
const tone = (...format: string[]): Buffer =>
  run('-f', 'lavfi', '-i', 'sine=frequency=440:duration=3', ...format, 'pipe:1');

it('sends an image with caption, quote and thumbnail, byte for byte', async () => {
  const jpeg = await makeJpeg(640, 480);
  const first = await post('image', form('image', [jpeg, 'sea.jpg', 'image/jpeg'], { caption: 'the sea' }));
  const shown = await arrives(first);
  assert.deepEqual([shown.kind, shown.text], ['image', 'the sea']);
  assert.deepEqual(await anna.file(String(first.body.messageId)), jpeg);
  assert.deepEqual(await keptBytes(first), jpeg);
  const { body } = await service.get(`/accounts/${ACCOUNT}/messages/${first.body.messageId}`);
  const message = body.message as Record<string, unknown>;
  assert.deepEqual(
    [message.type, message.caption, message.mediaWidth, message.mediaHeight, message.mediaSize],
    ['image', 'the sea', 640, 480, jpeg.length],
  );
  const quotedMessageId = String(first.body.messageId);
  const reply = await arrives(
    await post('image', form('image', [jpeg, 'a.png', 'image/png'], { quotedMessageId })),
  );
  assert.equal(reply.quoted?.id, quotedMessageId);
});

it('sends a document of any kind under its name', async () => {
  const bytes = randomBytes(700_001);
  const sent = await post(
    'document',
    form('document', [bytes, 'Übersicht.csv', 'text/csv'], { fileName: 'Liste 1.csv' }),
  );
  const shown = await arrives(sent);
  assert.deepEqual([shown.kind, shown.media?.fileName], ['document', 'Liste 1.csv']);
  assert.deepEqual(await anna.file(String(sent.body.messageId)), bytes);
  const named = await arrives(await post('document', form('document', [bytes, 'Übersicht.csv', 'text/csv'])));
  assert.equal(named.media?.fileName, 'Übersicht.csv');
});

it('makes a sticker of 512 × 512 of any image', async () => {
  const sent = await post('sticker', form('sticker', [await makeJpeg(300, 100), 'a.jpg', 'image/jpeg']));
  assert.equal((await arrives(sent)).kind, 'sticker');
  const { format, width, height } = await sharp(await anna.file(String(sent.body.messageId))).metadata();
  assert.deepEqual([format, width, height], ['webp', 512, 512]);
});

it('sends sounds as Opus, a voice note with its length', async (test) => {
  if (ffmpeg === null) return test.skip('no ffmpeg here');
  const mp3 = tone('-f', 'mp3');
  const voice = await post('audio', form('audio', [mp3, 'a.mp3', 'audio/mpeg'], { ptt: 'true' }));
  assert.equal((await arrives(voice)).kind, 'voice');
  const ogg = await anna.file(String(voice.body.messageId));
  assert.equal(ogg.subarray(0, 4).toString(), 'OggS');
  const events = await logged(world, 'message.send_requested');
  const request = events.find((event) => 'waId' in event.data && event.data.waId === voice.body.messageId);
  assert.ok(request?.type === 'message.send_requested');
  const { seconds, waveform = '', mimetype } = request.data.content.media ?? {};
  assert.deepEqual([seconds, mimetype], [3, 'audio/ogg; codecs=opus']);
  assert.equal(Buffer.from(waveform, 'base64').length, 64);
  assert.ok(Math.max(...Buffer.from(waveform, 'base64')) > 90);
  const plain = await post('audio', form('audio', [ogg, 'a.ogg', 'audio/ogg']));
  assert.equal((await arrives(plain)).kind, 'audio');
  assert.deepEqual(await anna.file(String(plain.body.messageId)), ogg);
});

it('sends a film, byte for byte', async (test) => {
  if (ffmpeg === null) return test.skip('no ffmpeg here');
  const clip = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=duration=2:size=320x240:rate=10',
    '-movflags',
    'frag_keyframe+empty_moov',
  ];
  const mp4 = run(...clip, '-f', 'mp4', 'pipe:1');
  const sent = await post(
    'video',
    form('video', [mp4, 'a.mp4', 'video/mp4'], { caption: 'look', gifPlayback: 'true' }),
  );
  const shown = await arrives(sent);
  assert.deepEqual([shown.kind, shown.text], ['video', 'look']);
  assert.deepEqual(await anna.file(String(sent.body.messageId)), mp4);
});

it('takes a file by URL or as base64 in JSON', async () => {
  const png = await sharp(await makeJpeg(30, 20))
    .png()
    .toBuffer();
  const host = createServer((_, response) => void response.end(png)).listen(0, '127.0.0.1');
  await once(host, 'listening');
  const { port } = host.address() as AddressInfo;
  const to = jidOf(anna);
  const path = `/accounts/${ACCOUNT}/message/send/image`;
  for (const file of [{ url: `http://127.0.0.1:${port}/a.png` }, { base64: png.toString('base64') }]) {
    const sent = await service.send('POST', path, { to, ...file });
    await arrives(sent);
    assert.deepEqual(await anna.file(String(sent.body.messageId)), png);
  }
  host.close();
  const bad = await service.send('POST', path, { to, url: 'file:///etc/passwd' });
  assert.deepEqual([bad.status, bad.body.error], [400, 'url must be an http or https URL']);
});

it('sends the same once under one Idempotency-Key', async () => {
  const path = `${service.url}/accounts/${ACCOUNT}/message/send/document`;
  const send = async (bytes: Buffer) => {
    const body = form('document', [bytes, 'a.bin', 'application/octet-stream']);
    const answer = await fetch(path, { method: 'POST', body, headers: { 'idempotency-key': 'one' } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const bytes = randomBytes(1_000);
  const [first, again] = [await send(bytes), await send(bytes)];
  assert.equal(first.status, 200);
  assert.deepEqual(again, first);
  assert.equal((await send(randomBytes(1_000))).status, 422);
});

it('answers 502 where WhatsApp does not take the file', async () => {
  const server = world.sandbox.account('4915100000001');
  await server.trouble({ kind: 'refuse-uploads', code: 507, count: 100 });
  const sent = await post(
    'document',
    form('document', [randomBytes(99), 'a.bin', 'application/octet-stream']),
  );
  await server.trouble({ kind: 'none' });
  assert.deepEqual([sent.status, sent.body.error], [502, 'WhatsApp did not take the file']);
  assert.ok(sent.body.messageId);
});

const cutOff = async (bytes: Buffer): Promise<void> => {
  const head = `--x\r\nContent-Disposition: form-data; name="to"\r\n\r\n${jidOf(anna)}\r\n--x\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\n`;
  const asked = request(`${service.url}/accounts/${ACCOUNT}/message/send/document`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 2 * bytes.length },
  });
  asked.on('error', () => undefined);
  asked.write(head);
  await new Promise((resolve) => asked.write(bytes, resolve));
  asked.destroy();
};

it('refuses what is no such file, and keeps and sends nothing of it', async (test) => {
  const before = await stored();
  const requests = (await logged(world, 'message.send_requested')).length;
  const jpeg = await makeJpeg(64, 48);
  const large = await makeJpeg(1_600, 1_200);
  const zip = Buffer.concat([
    Buffer.from('PK\u0003\u0004\u0014\u0000\u0000\u0000', 'latin1'),
    randomBytes(500),
  ]);
  const big = randomBytes(2 * MIB + 1);
  const sound = Buffer.concat([
    Buffer.from('ID3\u0003\u0000\u0000\u0000\u0000\u0000\u0000', 'latin1'),
    Buffer.alloc(4_000, 0xff),
  ]);
  const cases: readonly (readonly [string, Promise<Sent>, number, RegExp])[] = [
    [
      'too large',
      post('document', form('document', [big, 'a', 'a/b'])),
      413,
      /File too large: 2 MiB at most/,
    ],
    [
      'far too large',
      post('document', form('document', [Buffer.alloc(5 * MIB), 'a', 'a/b'])),
      413,
      /too large/,
    ],
    [
      'wrong field',
      post('image', form('picture', [jpeg, 'a.jpg', 'image/jpeg'])),
      400,
      /^image file is required/,
    ],
    [
      'a lie',
      post('image', form('image', [Buffer.from('<svg/>'), 'a.png', 'image/png'])),
      415,
      /not an image/,
    ],
    ['a zip', post('image', form('image', [zip, 'a.jpg', 'image/jpeg'])), 415, /application\/zip/],
    [
      'half an image',
      post('image', form('image', [large.subarray(0, large.length / 2), 'a.jpg', 'image/jpeg'])),
      422,
      /broken/,
    ],
    ['nothing', post('document', form('document', [Buffer.alloc(0), 'a', 'a/b'])), 400, /empty/],
    ['no file', post('image', form('to', [Buffer.from('x'), 'a', 'a/b'])), 400, /required/],
    [
      'no JID',
      post('image', form('image', [jpeg, 'a.jpg', 'image/jpeg'], { to: 'x@y' })),
      400,
      /Invalid WhatsApp JID/,
    ],
    [
      'nobody',
      post('image', form('image', [jpeg, 'a', 'image/jpeg'], { quotedMessageId: 'NONE' })),
      404,
      /Quoted/,
    ],
    [
      'a broken sound',
      post('audio', form('audio', [sound, 'a.mp3', 'audio/mpeg'])),
      422,
      /broken|converted|ffmpeg/,
    ],
  ];
  for (const [what, answer, status, error] of cases)
    await test.test(what, async () => {
      const { body, ...got } = await answer;
      assert.equal(got.status, status, JSON.stringify(body));
      assert.match(String(body.error), error);
    });
  await test.test('an upload that is cut off', () => cutOff(randomBytes(600_000)));
  await waitFor(async () => JSON.stringify(await stored()) === JSON.stringify(before), {
    what: 'nothing left behind',
  }).catch(async () => assert.deepEqual(await stored(), before));
  assert.equal((await logged(world, 'message.send_requested')).length, requests);
});
