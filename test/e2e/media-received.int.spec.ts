import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import type { FileToSend, PhoneHandle } from '../../sandbox/client.ts';
import { makeJpeg } from '../support/media.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, logged, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;
before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', { name: 'Anna' });
  service = await startService(world.env);
  await pair(service, ACCOUNT, own);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const someBytes = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >> 8) + length) & 255));
const mediaPath = (id: string): string => `/accounts/${ACCOUNT}/messages/${id}/media`;
const fetchMedia = (id: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${service.url}${mediaPath(id)}`, { headers });
const stored = (id: string): Promise<Response> =>
  waitFor(
    async () => {
      const response = await fetchMedia(id);
      if (response.ok) return response;
      await response.arrayBuffer();
      return null;
    },
    { what: `file of ${id}`, ms: 20_000 },
  );
const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer());

const FILES: Readonly<
  Record<string, Omit<FileToSend, 'data'> & { size: number; shown: string; is: string }>
> = {
  image: { kind: 'image', size: 0, caption: 'sea', is: 'image/jpeg', shown: 'inline; filename="{id}.jpg"' },
  video: { kind: 'video', size: 600_001, is: 'video/mp4', shown: 'inline; filename="{id}.mp4"' },
  voice: {
    kind: 'voice',
    size: 4_097,
    seconds: 2,
    is: 'audio/ogg; codecs=opus',
    shown: 'inline; filename="{id}.ogg"',
  },
  audio: {
    kind: 'audio',
    size: 16,
    mimetype: 'audio/mpeg',
    is: 'audio/mpeg',
    shown: 'inline; filename="{id}.mp3"',
  },
  document: {
    kind: 'document',
    size: 31,
    fileName: 'Übersicht "2".html',
    mimetype: 'text/html',
    caption: 'read',
    is: 'text/html',
    shown: `attachment; filename="_bersicht _2_.html"; filename*=UTF-8''%C3%9Cbersicht%20%222%22.html`,
  },
  sticker: { kind: 'sticker', size: 900, is: 'image/webp', shown: 'inline; filename="{id}.webp"' },
};
for (const [name, { size, shown, is, ...file }] of Object.entries(FILES)) {
  it(`keeps the ${name} that a phone sends, byte for byte`, async () => {
    const data = file.kind === 'image' ? await makeJpeg(640, 480) : someBytes(size);
    const id = await anna.sendFile(own.number, { ...file, data });
    const response = await stored(id);
    assert.deepEqual(await bytesOf(response), data);
    assert.equal(response.headers.get('content-type'), is);
    assert.equal(response.headers.get('content-length'), String(data.length));
    assert.equal(response.headers.get('content-disposition'), shown.replace('{id}', id));
    assert.equal(response.headers.get('etag'), `"${createHash('sha256').update(data).digest('hex')}"`);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('content-security-policy'), "sandbox; default-src 'none'");

    const { body } = await service.get(`/accounts/${ACCOUNT}/messages/${id}`);
    const message = body.message as Record<string, unknown>;
    assert.deepEqual(
      [message.hasMedia, message.mediaUrl, message.mediaSize, message.mediaMimetype],
      [true, mediaPath(id), data.length, is],
    );
    const list = await service.get(`/media?messageId=${id}&accountId=${ACCOUNT}&chatId=${jidOf(anna)}`);
    const [listed, ...rest] = list.body.media as { id: string; metadata: Record<string, unknown> }[];
    assert.deepEqual(
      [listed?.metadata.messageId, listed?.metadata.chatId, rest.length],
      [id, jidOf(anna), 0],
    );
    assert.deepEqual(await bytesOf(await fetch(`${service.url}/media/${listed?.id}`)), data);
  });
}

it('serves parts of a file, and nothing to who has it', async () => {
  const data = someBytes(300_000);
  const id = await anna.sendFile(own.number, { kind: 'document', data });
  const etag = (await stored(id)).headers.get('etag') ?? '';
  const part = await fetchMedia(id, { range: 'bytes=261000-261999' });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), 'bytes 261000-261999/300000');
  assert.deepEqual(await bytesOf(part), data.subarray(261_000, 262_000));
  assert.deepEqual(await bytesOf(await fetchMedia(id, { range: 'bytes=-7' })), data.subarray(-7));
  const beyond = await fetchMedia(id, { range: 'bytes=300000-' });
  assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */300000']);
  const known = await fetchMedia(id, { 'if-none-match': etag });
  assert.deepEqual([known.status, (await bytesOf(known)).length], [304, 0]);
});

it('keeps one copy of what comes twice', async () => {
  const data = someBytes(1_234);
  const ids = [];
  for (const caption of ['once', 'twice'])
    ids.push(await anna.sendFile(own.number, { kind: 'document', data, caption }));
  for (const id of ids) assert.deepEqual(await bytesOf(await stored(id)), data);
  const lists = await Promise.all(ids.map((id) => service.get(`/media?messageId=${id}`)));
  const kept = lists.map(({ body }) => (body.media as { id: string }[])[0]?.id);
  assert.equal(kept[0], kept[1]);
});

it('says pending while a file can not be fetched, and tries again', async () => {
  await world.sandbox.account(own.number).trouble({ kind: 'refuse-downloads', code: 503, count: 1 });
  const data = someBytes(77);
  const id = await anna.sendFile(own.number, { kind: 'document', data });
  const pending = await waitFor(
    async () => {
      const response = await service.get(mediaPath(id));
      return response.status === 409 && response;
    },
    { what: 'pending file' },
  );
  assert.deepEqual(pending.body, { ok: false, error: 'media pending' });
  assert.deepEqual(await bytesOf(await stored(id)), data);
  const failures = await logged(world, 'media.failed');
  assert.deepEqual(
    failures.map(({ data: failure }) => failure),
    [{ ...failures[0]?.data, attempt: 1, reason: 'the media host answers 503', final: false }],
  );
});

it('has a file that the hosts have lost uploaded again by the phone', async () => {
  await service.kill(); // so that it has no chance to fetch it before
  const data = someBytes(3_410);
  const id = await anna.sendFile(own.number, { kind: 'document', data });
  await own.waitForMessage((message) => message.id === id);
  const server = world.sandbox.account(own.number);
  assert.equal(await server.trouble({ kind: 'expire-media', code: 410, ids: [id] }), 1);
  service = await startService(world.env);
  await untilStatus(service, ACCOUNT, 'connected');
  assert.deepEqual(await bytesOf(await stored(id)), data);
});

it('answers 404 where there is no file', async () => {
  const id = await anna.send(own.number, 'words');
  await waitFor(async () => (await service.get(`/accounts/${ACCOUNT}/messages/${id}`)).status === 200, {
    what: 'text',
  });
  const text = await service.get(mediaPath(id));
  assert.deepEqual([text.status, text.body.error], [404, 'Message has no media']);
  const none = await service.get(mediaPath('NONE'));
  assert.deepEqual([none.status, none.body.error], [404, 'Message not found']);
  const unknown = await service.get('/media/507f1f77bcf86cd799439011');
  assert.deepEqual([unknown.status, unknown.body.error], [404, 'media not found']);
  assert.equal((await service.get('/media/nonsense')).status, 400);
});

it('erases the files of a deleted account', async () => {
  const { body } = await service.get(`/media?accountId=${ACCOUNT}&limit=1`);
  const [one] = body.media as { id: string }[];
  assert.equal((await service.get(`/media/${one?.id}`)).status, 200);
  assert.equal((await service.send('DELETE', `/accounts/${ACCOUNT}`)).status, 200);
  assert.equal((await service.get(`/media/${one?.id}`)).status, 404);
  assert.deepEqual((await service.get(`/media?accountId=${ACCOUNT}`)).body.media, []);
});
