import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, it } from 'node:test';
import {
  type AnyMediaMessageContent,
  decryptMediaRetryData,
  normalizeMessageContent,
  proto,
} from '@whiskeysockets/baileys';
import type { FileToSend, PhoneHandle } from '../../sandbox/client.ts';
import { statusOf, until, untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { download, makeJpeg, trusting, uploadedAgain } from '../support/media.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915500000001';
const BEN = '4915500000002';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
let jpeg: Buffer;
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME, { config: trusting(test.sandbox.ca) });
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  jpeg = await makeJpeg(64, 48);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const someBytes = (length: number) =>
  Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255));
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex');
const upsert = async (id: string) => (await untilUpsert(me.client, id)).message;
const failedWith = (code: number) => (error: { readonly output?: { readonly statusCode?: number } }) =>
  error.output?.statusCode === code;
const fetchFile = async (id: string) => download(await upsert(id), test.sandbox.ca);

type Part = 'imageMessage' | 'videoMessage' | 'audioMessage' | 'documentMessage' | 'stickerMessage';
const INCOMING: readonly (Omit<FileToSend, 'data'> & { readonly part: Part; readonly size: number })[] = [
  { kind: 'video', part: 'videoMessage', size: 100_001, caption: 'look', seconds: 3 },
  { kind: 'voice', part: 'audioMessage', size: 4097, seconds: 2 },
  { kind: 'audio', part: 'audioMessage', size: 16, mimetype: 'audio/mpeg' },
  { kind: 'document', part: 'documentMessage', size: 31, fileName: 'a b.pdf', mimetype: 'application/pdf' },
  { kind: 'document', part: 'documentMessage', size: 1, fileName: 'c.txt', caption: 'read it' },
  { kind: 'sticker', part: 'stickerMessage', size: 900 },
];
for (const { part, size, ...file } of INCOMING) {
  it(`sends a ${file.kind}${file.caption ? ' with words' : ''} that a companion reads and verifies`, async () => {
    const data = someBytes(size);
    const id = await ben.sendFile(ME, { ...file, data });
    const { message } = await upsert(id);
    const media: proto.Message.IImageMessage & proto.Message.IAudioMessage & proto.Message.IDocumentMessage =
      normalizeMessageContent(message)?.[part] ?? {};
    assert.equal(Number(media.fileLength), size);
    assert.equal(Buffer.from(media.fileSha256 ?? []).toString('hex'), sha256(data));
    assert.equal(media.caption ?? undefined, file.caption);
    assert.equal(media.fileName ?? undefined, file.fileName);
    assert.equal(media.seconds ?? undefined, file.seconds ?? (file.kind === 'audio' ? 1 : undefined));
    assert.equal(media.ptt ?? false, file.kind === 'voice');
    assert.equal(media.waveform?.length ?? 0, file.kind === 'voice' ? 64 : 0);
    assert.ok(media.url?.startsWith(`https://127.0.0.1:`));
    assert.deepEqual(await fetchFile(id), data);
    const copy = await me.phone.waitForMessage((shown) => shown.id === id);
    assert.deepEqual([copy.kind, copy.text, copy.media?.length], [file.kind, file.caption ?? '', size]);
    assert.equal(copy.media?.error, undefined);
    assert.deepEqual(await me.phone.file(id), data);
  });
}

it('sends a picture with its size and a thumbnail', async () => {
  const id = await ben.sendFile(ME, { kind: 'image', data: jpeg, caption: 'sea', viewOnce: false });
  const image = (await upsert(id)).message?.imageMessage;
  assert.deepEqual([image?.width, image?.height, image?.caption], [64, 48, 'sea']);
  assert.ok((image?.jpegThumbnail?.length ?? 0) > 100);
  assert.deepEqual(await fetchFile(id), jpeg);
});

it('takes a small file in base64, quoting and mentioning', async () => {
  const question = await ben.send(ME, 'want it?');
  const id = await ben.post(ME, {
    media: { kind: 'image', data: jpeg.toString('base64'), caption: '@you' },
    quoted: question,
    mentions: [ME],
  });
  const context = (await upsert(id)).message?.imageMessage?.contextInfo;
  assert.equal(context?.stanzaId, question);
  assert.equal(context?.mentionedJid?.length, 1);
  assert.deepEqual(await fetchFile(id), jpeg);
});

const OUTGOING: Readonly<Record<string, (data: Buffer) => AnyMediaMessageContent>> = {
  image: (image) => ({ image, caption: 'from me', jpegThumbnail: '' }),
  video: (video) => ({ video, caption: 'moving', jpegThumbnail: '' }),
  voice: (audio) => ({ audio, ptt: true, seconds: 4, waveform: new Uint8Array(64) }),
  audio: (audio) => ({ audio, seconds: 5, mimetype: 'audio/mpeg' }),
  document: (document) => ({ document, mimetype: 'text/plain', fileName: 'notes.txt' }),
  sticker: (sticker) => ({ sticker }),
};
for (const [kind, content] of Object.entries(OUTGOING)) {
  it(`downloads and verifies the ${kind} a companion sends`, async () => {
    const data = someBytes(70_000 + kind.length);
    const sent = await me.client.sock().sendMessage(jidOf(BEN), content(data));
    const id = sent?.key.id ?? '';
    for (const phone of [ben, me.phone]) {
      const shown = await phone.waitForMessage((message) => message.id === id);
      assert.deepEqual([shown.kind, shown.media?.error], [kind, undefined]);
      assert.equal(shown.media?.sha256, sha256(data));
      assert.deepEqual(await phone.file(id), data);
    }
    if (sent) assert.deepEqual(await download(sent, test.sandbox.ca), data);
  });
}

it('shows on phones that a companion’s picture is to be seen once', async () => {
  const sent = await me.client
    .sock()
    .sendMessage(jidOf(BEN), { image: jpeg, caption: 'once', viewOnce: true, jpegThumbnail: '' });
  const shown = await ben.waitForMessage((message) => message.id === sent?.key.id);
  assert.deepEqual([shown.kind, shown.text, shown.viewOnce], ['image', 'once', true]);
  assert.deepEqual(await ben.file(shown.id), jpeg);
});

it('sends a short film that plays like a GIF', async () => {
  const id = await ben.sendFile(ME, { kind: 'video', data: someBytes(400), gif: true });
  assert.equal((await upsert(id)).message?.videoMessage?.gifPlayback, true);
});

it('says what is wrong with a file that is not what its message says', async () => {
  const sent = await me.client.sock().sendMessage(jidOf(BEN), { document: someBytes(99), mimetype: 'a/b' });
  const document = sent?.message?.documentMessage ?? {};
  const lies: Record<string, proto.Message.IDocumentMessage> = {
    'the encrypted file has another sha256': { fileEncSha256: Buffer.alloc(32) },
    'the file has a bad MAC': { mediaKey: Buffer.alloc(32, 1) },
    'the file has another sha256': { fileSha256: Buffer.alloc(32) },
    'the file has another length': { fileLength: 98 },
    'the media host answers 404': { directPath: '/v/t62.7118-24/nothing.enc' },
  };
  for (const [error, lie] of Object.entries(lies)) {
    const id = await me.client
      .sock()
      .relayMessage(jidOf(BEN), { documentMessage: { ...document, ...lie } }, {});
    const shown = await ben.waitForMessage((message) => message.id === id);
    assert.equal(shown.media?.error, error);
    await assert.rejects(ben.file(id), { status: 409, code: 'no_file' });
  }
});

it('serves ranges of a file', async () => {
  const data = someBytes(5000);
  const id = await ben.sendFile(ME, { kind: 'document', data });
  const message = await upsert(id);
  const part = await download(message, test.sandbox.ca, { startByte: 1000, endByte: 2001 });
  assert.deepEqual(part, data.subarray(1000, 2001));
});

it('refuses a client that does not know its authority', async () => {
  const message = await upsert(await ben.sendFile(ME, { kind: 'document', data: someBytes(10) }));
  await assert.rejects(download(message, ''), /fetch failed/);
});

it('refuses uploads: once goes unnoticed, on all hosts fails the send', async () => {
  const { server, client } = me;
  const send = () => client.sock().sendMessage(jidOf(BEN), { document: someBytes(50), mimetype: 'a/b' });
  await server.trouble({ kind: 'refuse-uploads', code: 507, count: 1 });
  const sent = await send();
  await ben.waitForMessage((message) => message.id === sent?.key.id && message.media?.error === undefined);
  await server.trouble({ kind: 'refuse-uploads', code: 507, count: 10 });
  await assert.rejects(send(), /Media upload failed on all hosts/);
  await server.trouble({ kind: 'none' });
  await send();
});

it('refuses downloads of what was sent to an account', async () => {
  const id = await ben.sendFile(ME, { kind: 'image', data: jpeg });
  await upsert(id);
  await me.server.trouble({ kind: 'refuse-downloads', code: 503, count: 2 });
  for (let tries = 0; tries < 2; tries++) {
    await assert.rejects(fetchFile(id), failedWith(503));
  }
  assert.deepEqual(await fetchFile(id), jpeg);
});

for (const code of [404, 410] as const) {
  it(`lets a file expire with ${code}; the phone uploads it again when asked`, async () => {
    const data = someBytes(3000 + code);
    const id = await ben.sendFile(ME, { kind: 'document', data });
    const message = await upsert(id);
    assert.equal(await me.server.trouble({ kind: 'expire-media', code, ids: [id] }), 1);
    await assert.rejects(fetchFile(id), failedWith(code));
    assert.deepEqual(await me.phone.file(id), data);
    const again = await uploadedAgain(me.client.sock(), message);
    assert.deepEqual(await download(again, test.sandbox.ca), data);
  });
}

it('cannot upload again what was deleted', async () => {
  const id = await ben.sendFile(ME, { kind: 'image', data: jpeg });
  const message = structuredClone(await upsert(id));
  await ben.post(ME, { delete: id });
  await me.phone.waitForMessage((shown) => shown.id === id && shown.kind === 'deleted');
  await assert.rejects(uploadedAgain(me.client.sock(), message), /Failed to re-upload media \(2\)/);
});

it('answers the request once the phone is back, to who asked only', async () => {
  const id = await ben.sendFile(ME, { kind: 'image', data: jpeg });
  const message = await upsert(id);
  const { ev } = me.client.sock();
  const answers: { key: proto.IMessageKey; media?: { ciphertext: Uint8Array; iv: Uint8Array } }[] = [];
  ev.on('messages.media-update', (all) => answers.push(...all));
  await me.phone.waitForMessage((shown) => shown.id === id);
  await me.phone.set({ online: false });
  const again = uploadedAgain(me.client.sock(), message);
  await me.server.waitForReceipt((receipt) => receipt.id === id && receipt.type === 'server-error');
  assert.equal(answers.length, 0);
  await me.phone.set({ online: true });
  await again;
  const [answer] = answers;
  assert.ok(answer?.media && message.message?.imageMessage?.mediaKey);
  const plain = decryptMediaRetryData(answer.media, message.message.imageMessage.mediaKey, id);
  assert.equal(plain.stanzaId, id);
});

it('says that a voice note was played, both ways', async () => {
  const sent = await me.client
    .sock()
    .sendMessage(jidOf(BEN), OUTGOING.voice?.(someBytes(500)) ?? { text: '' });
  const id = sent?.key.id ?? '';
  await ben.waitForMessage((shown) => shown.id === id);
  await ben.play(id);
  await until('played', () => statusOf(me.client, id) === proto.WebMessageInfo.Status.PLAYED);
  await me.phone.waitForMessage((shown) => shown.id === id && shown.status === 'played');

  const { key } = await upsert(await ben.sendFile(ME, { kind: 'voice', data: someBytes(600) }));
  await me.client.sock().sendReceipt(key.remoteJid ?? '', undefined, [key.id ?? ''], 'played');
  await ben.waitForMessage((shown) => shown.id === key.id && shown.status === 'played');
  await assert.rejects(ben.play(key.id ?? ''), { status: 404 });
});

it('refuses what is no file', async () => {
  await assert.rejects(ben.sendFile(ME, { kind: 'image', data: Buffer.alloc(0) }), { status: 400 });
  await assert.rejects(ben.file(await ben.send(ME, 'words')), { status: 404 });
});
