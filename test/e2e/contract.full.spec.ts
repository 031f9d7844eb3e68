import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { findFfmpeg } from '../../src/adapters/media/ffmpeg.ts';
import { like, matches, number, text, time } from '../support/matching.ts';
import { makeJpeg } from '../support/media.ts';
import { EXAMPLES } from '../support/reference-examples.ts';
import { type Service, startService, temporaryDirectory } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { startWorld, untilStatus, type World } from '../support/world.ts';

// What differs on purpose is named in docs/compatibility.md; here it stands as it is.

const ACCOUNT = 'mybusiness';
const A = `/accounts/${ACCOUNT}`;
const TO = '1234567890@s.whatsapp.net';
const ID = '3EB0A12345678901';
const WAID = like(/^[0-9A-F]{16,}$/);

let world: World;
let service: Service;
let own: PhoneHandle;
let friend: PhoneHandle;
let jpeg: Buffer;
const files = temporaryDirectory();

/** Without it no voice note can be sent, and there is no film to send here. */
const ffmpeg = await findFfmpeg(undefined);
const unmade = ffmpeg === null ? 'no ffmpeg here' : false;

/** The reference's port: the examples name it. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

const makeFile = (...args: string[]): void => {
  const { status, stderr } = spawnSync(ffmpeg ?? '', ['-v', 'error', '-y', '-f', 'lavfi', ...args], {
    cwd: files,
  });
  assert.equal(status, 0, String(stderr));
};

before(async () => {
  assert.ok(await isFree(3_000), 'the examples of the reference need port 3000, which is taken');
  jpeg = await makeJpeg(64, 48);
  writeFileSync(join(files, 'image.jpg'), jpeg);
  writeFileSync(join(files, 'file.pdf'), '%PDF-1.4\n%%EOF\n');
  if (ffmpeg !== null)
    makeFile('-i', 'testsrc=duration=1:size=64x48:rate=5', '-pix_fmt', 'yuv420p', 'video.mp4');
  if (ffmpeg !== null) makeFile('-i', 'sine=frequency=440:duration=1', 'audio.mp3');
  world = await startWorld();
  own = await world.sandbox.makePhone('4915100000001', { name: 'Business' });
  friend = await world.sandbox.makePhone('1234567890', { name: 'Friend' });
  service = await startService({ ...world.env, PORT: '3000' });
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const MARK = '\n--status--';
const run = promisify(execFile);

/** Runs a command as it stands; curl tells its status and type behind the body. */
const shell = async (command: string) => {
  const script = `curl() { command curl -sS -w '${MARK}%{http_code} %{content_type}' "$@"; }\n${command}`;
  const here = script.replaceAll('/path/to', files);
  const { stdout } = await run('bash', ['-c', here], { cwd: files, maxBuffer: 10_000_000 });
  const [body = '', end = ''] = stdout.split(MARK);
  const [status = '', type = ''] = end.split(' ');
  return { status: Number(status), type, body };
};

const account = {
  _id: ACCOUNT,
  name: 'Business Account',
  collectionName: `auth_${ACCOUNT}`,
  createdAt: time,
  status: 'connected',
  updatedAt: time,
  currentStatus: 'connected',
  hasQR: false,
  history: { progress: 100, chats: 0, messages: 0, at: time },
  profileName: text,
  restriction: null,
  quota: null,
};
const sent = { ok: true, messageId: WAID, timestamp: number, status: 'sent' };
const status = (now: unknown, qr: unknown) => ({
  ok: true,
  accountId: ACCOUNT,
  status: now,
  qr,
  collection: `auth_${ACCOUNT}`,
});
const nothing = { edits: [], reactions: [], receipts: [], contacts: [], mentions: [] };
const noMedia = {
  mediaType: null,
  mediaUrl: null,
  mediaSize: null,
  mediaMimetype: null,
  mediaFileName: null,
  caption: null,
  mediaWidth: null,
  mediaHeight: null,
};
const message = (over: object) => ({
  accountId: ACCOUNT,
  messageId: WAID,
  chatId: TO,
  lid: text,
  fromMe: false,
  from: TO,
  timestamp: number,
  type: 'text',
  text,
  hasMedia: false,
  ...noMedia,
  quotedMessage: null,
  isForwarded: false,
  ...nothing,
  location: null,
  poll: null,
  choices: [],
  selected: null,
  notice: null,
  viewOnce: false,
  expiresIn: null,
  status: null,
  error: null,
  editedAt: null,
  deletedAt: null,
  deletedForMeAt: null,
  pinned: null,
  starred: false,
  createdAt: time,
  updatedAt: time,
  ...over,
});
const picture = () =>
  message({
    messageId: ID,
    type: 'image',
    text: 'Look',
    caption: 'Look',
    hasMedia: true,
    mediaType: 'image',
    mediaUrl: `${A}/messages/${ID}/media`,
    mediaSize: jpeg.length,
    mediaMimetype: 'image/jpeg',
    mediaWidth: 64,
    mediaHeight: 48,
    reactions: [{ from: '4915100000001@s.whatsapp.net', emoji: '👍', timestamp: number }],
  });
const wrongJid = (field: string): string =>
  `Invalid WhatsApp JID format for "${field}" field. Expected format: 1234567890@s.whatsapp.net or 123456789@g.us`;
const failed = (error: string, more: object = {}) => ({ ok: false, error, ...more });

/** Two texts, the friend's picture, and the files. */
const SAID = ffmpeg === null ? 5 : 7;

type Expected = readonly [status: number, body: unknown];
/** What each example answers, and what has to happen before it. */
const ANSWERS: Readonly<Record<string, () => Expected>> = {
  create: () => [
    201,
    {
      ok: true,
      account: {
        id: ACCOUNT,
        name: 'Business Account',
        collectionName: `auth_${ACCOUNT}`,
        status: 'created',
      },
      qr: `${A}/qr`,
    },
  ],
  qr: () => [200, status('connecting', like(/^https:\/\/wa\.me\/.+#|^\d@|,/))],
  connected: () => [200, status('connected', null)],
  text: () => [200, sent],
  reply: () => [200, sent],
  mentions: () => [400, failed(wrongJid('to'))],
  image: () => [200, sent],
  video: () => [200, sent],
  audio: () => [200, sent],
  document: () => [200, sent],
  react: () => [200, { ok: true, messageId: WAID }],
  delete: () => [403, failed('Only own messages can be deleted here: others’ only by a group admin')],
  message: () => [200, { ok: true, message: picture() }],
  page: () => [
    200,
    {
      ok: true,
      messages: (all: unknown) => Array.isArray(all) && all.length === SAID,
      pagination: { total: SAID, limit: 20, offset: 0, hasMore: false, nextCursor: null },
    },
  ],
  chats: () => [
    200,
    {
      ok: true,
      chats: [
        {
          chatId: TO,
          lid: text,
          messageCount: SAID,
          name: 'Friend',
          unreadCount: 1,
          markedUnread: false,
          archived: false,
          pinned: false,
          mutedUntil: null,
          blocked: false,
          pictureChangedAt: null,
          locked: false,
          deleted: false,
          clearedTo: null,
          disappearing: 0,
          known: { from: number, to: number, complete: false },
          lastMessage: { messageId: WAID, text: null, type: 'document', timestamp: number, fromMe: true },
        },
      ],
    },
  ],
  accounts: () => [200, { ok: true, accounts: [account] }],
  webhook: () => [201, { ok: true, url: 'https://webhook.site/your-id', created: true }],
};

const prepare: Readonly<Record<string, () => Promise<unknown>>> = {
  qr: () => waitFor(async () => (await service.get(`${A}/status`)).body.qr, { what: 'a QR code' }),
  connected: async () => {
    await own.scan(String((await service.get(`${A}/status`)).body.qr));
    await untilStatus(service, ACCOUNT, 'connected');
  },
  reply: async () => {
    await friend.sendFile(own.number, { kind: 'image', data: jpeg, caption: 'Look', id: ID });
    await waitFor(async () => (await service.get(`${A}/messages/${ID}/media`)).status === 200, {
      what: 'the picture',
    });
  },
};

describe('the examples of the reference, as they stand', () => {
  for (const { name, command } of EXAMPLES) {
    const skip = name === 'video' || name === 'audio' ? unmade : false;
    it(`${name}: ${command.split('\n')[0]}`, { skip }, async () => {
      await prepare[name]?.();
      const answer = await shell(command);
      if (name === 'media') {
        assert.deepEqual([answer.status, answer.type], [200, 'image/jpeg']);
        assert.ok(readFileSync(join(files, 'downloaded_media.jpg')).equals(jpeg));
        return;
      }
      const [code, body] = ANSWERS[name]?.() ?? assert.fail(name);
      assert.equal(answer.status, code, answer.body);
      matches(JSON.parse(answer.body), body);
    });
  }

  it('did what they say', async () => {
    const shown = await friend.displayed();
    const of = (kind: string) => shown.find((one) => one.kind === kind && one.from === own.number);
    assert.ok(shown.some((one) => one.text === 'Hello from Wildcat API!'));
    assert.equal(shown.find((one) => one.text === 'This is a reply!')?.quoted !== undefined, true);
    assert.equal(of('image')?.text, 'Check out this image!');
    if (ffmpeg !== null) assert.equal(of('video')?.text, 'Watch this!');
    if (ffmpeg !== null) assert.ok(of('voice'));
    assert.equal(of('document')?.media?.fileName, 'report.pdf');
    assert.deepEqual(shown.find(({ id }) => id === ID)?.reactions, [{ from: own.number, text: '👍' }]);
  });
});

type Row = readonly [method: string, path: string, body: unknown, ...Expected];
const S = `${A}/message`;
const NONE = '/accounts/nobody';
const LENGTH = 'Message length invalid. Must be between 1 and 65536 characters';

/** Each row of the contract's table: what it succeeds with and each of its errors. */
const ROWS: readonly Row[] = [
  ['GET', '/ping', undefined, 200, { ok: true, pong: true, time }],
  ['POST', '/accounts', {}, 400, failed('id is required')],
  ['POST', '/accounts', { id: ACCOUNT }, 400, failed('Account already exists')],
  ['GET', '/accounts', undefined, 200, { ok: true, accounts: [account] }],
  ['GET', A, undefined, 200, { ok: true, account }],
  ['GET', NONE, undefined, 404, failed('Account not found')],
  ['DELETE', NONE, undefined, 404, failed('Account not found')],
  ['GET', `${A}/status`, undefined, 200, status('connected', null)],
  ['GET', `${NONE}/status`, undefined, 404, failed('Account not found or not started')],
  [
    'POST',
    `${A}/connect`,
    undefined,
    200,
    {
      ok: true,
      accountId: ACCOUNT,
      status: 'connected',
      message: `Connection initiated. Check ${A}/status for QR code`,
    },
  ],
  ['POST', `${NONE}/connect`, undefined, 404, failed('Account not found')],
  ['POST', `${NONE}/disconnect`, undefined, 404, failed('Account not found')],
  ['POST', `${NONE}/logout`, undefined, 404, failed('Account not found')],
  ['POST', `${S}/send`, { to: TO }, 400, failed('to and message are required')],
  ['POST', `${S}/send`, { to: 'x', message: 'x' }, 400, failed(wrongJid('to'))],
  ['POST', `${S}/send`, { to: TO, message: 'x'.repeat(65_537) }, 400, failed(LENGTH)],
  [
    'POST',
    `${S}/send`,
    { to: TO, message: 'x', mentions: ['x'] },
    400,
    failed('Invalid JID format in mentions array'),
  ],
  [
    'POST',
    `${S}/send`,
    { to: TO, message: 'x', quotedMessageId: 'NONE' },
    404,
    failed('Quoted message not found'),
  ],
  ['POST', `${NONE}/message/send`, { to: TO, message: 'x' }, 404, failed('Account not found')],
  ['POST', `${S}/send`, { to: TO, message: 'x' }, 200, sent],
  [
    'POST',
    `${S}/reply`,
    { to: TO, message: 'x' },
    400,
    failed('to, message, and quotedMessageId are required'),
  ],
  [
    'POST',
    `${S}/reply`,
    { to: TO, message: 'x', quotedMessageId: 'NONE' },
    404,
    failed('Quoted message not found'),
  ],
  ['POST', `${S}/reply`, { to: TO, message: 'x', quotedMessageId: ID }, 200, sent],
  ...['image', 'video', 'audio', 'document'].flatMap((kind): Row[] => [
    ['POST', `${S}/send/${kind}`, {}, 400, failed('to field is required')],
    ['POST', `${S}/send/${kind}`, { to: 'x' }, 400, failed(wrongJid('to'))],
    ['POST', `${S}/send/${kind}`, { to: TO }, 400, failed(`${kind} file is required`)],
  ]),
  ['POST', `${S}/react`, { chatId: TO }, 400, failed('chatId and messageId are required')],
  ['POST', `${S}/react`, { chatId: 'x', messageId: ID }, 400, failed(wrongJid('chatId'))],
  ['POST', `${S}/react`, { chatId: TO, messageId: 'NONE' }, 404, failed('Message not found in database')],
  ['POST', `${S}/react`, { chatId: TO, messageId: ID }, 200, { ok: true, messageId: WAID }],
  ['POST', `${S}/delete`, {}, 400, failed('chatId and messageId are required')],
  ['POST', `${S}/delete`, { chatId: TO, messageId: 'NONE' }, 404, failed('Message not found in database')],
  ['GET', `${A}/messages/NONE`, undefined, 404, failed('Message not found')],
  ['GET', `${A}/messages/NONE/media`, undefined, 404, failed('Message not found')],
  [
    'GET',
    `${A}/chats/${TO}/messages?limit=0`,
    undefined,
    400,
    failed('limit must be a whole number from 1 to 200'),
  ],
  [
    'GET',
    `${A}/chats/${TO}/messages?before=x`,
    undefined,
    400,
    failed('before must be a whole number from 0 to 253402300799'),
  ],
  [
    'GET',
    '/messages?limit=1',
    undefined,
    200,
    {
      ok: true,
      messages: (all: unknown) => Array.isArray(all) && all.length === 1,
      pagination: { skip: 0, limit: 1, total: number, hasMore: true },
    },
  ],
  [
    'GET',
    `/media?messageId=${ID}`,
    undefined,
    200,
    {
      ok: true,
      media: [
        {
          id: like(/^[0-9a-f]{24}$/),
          filename: like(new RegExp(`^${ACCOUNT}_${ID}_\\d+$`)),
          contentType: 'image/jpeg',
          length: number,
          uploadDate: time,
          metadata: {
            accountId: ACCOUNT,
            messageId: ID,
            chatId: TO,
            uploadedAt: time,
            mediaType: 'image',
            mimetype: 'image/jpeg',
            caption: 'Look',
            fileName: null,
            fileLength: number,
            width: 64,
            height: 48,
          },
        },
      ],
    },
  ],
  ['GET', '/media/x', undefined, 400, failed('id must be 24 hex digits')],
  ['GET', '/media/507f1f77bcf86cd799439011', undefined, 404, failed('media not found')],
  ['GET', '/no/such/path', undefined, 404, failed('Not found')],
  ['PATCH', '/accounts', undefined, 405, failed('Method not allowed: GET, HEAD, POST')],
  ['POST', `${A}/disconnect`, undefined, 200, { ok: true, message: 'Account disconnected' }],
  [
    'POST',
    `${S}/send`,
    { to: TO, message: 'x' },
    400,
    failed('Account not connected', { status: 'disconnected' }),
  ],
  ['GET', `${A}/status`, undefined, 200, status('disconnected', null)],
  ['POST', `${A}/logout`, undefined, 200, { ok: true, message: 'Account logged out' }],
  [
    'DELETE',
    A,
    undefined,
    200,
    { ok: true, message: 'Account deleted', deletedCollection: `auth_${ACCOUNT}` },
  ],
  ['GET', A, undefined, 404, failed('Account not found')],
];

const HOOKS: readonly Row[] = [
  ['POST', '/webhooks', {}, 400, failed('url is required and must be a string')],
  ['POST', '/webhooks', { url: 'x' }, 400, failed('invalid URL')],
  ['POST', '/webhooks', { url: 'ftp://x.example' }, 400, failed('only http/https URLs are allowed')],
  [
    'POST',
    '/webhooks',
    { url: 'https://webhook.site/your-id' },
    200,
    { ok: true, url: 'https://webhook.site/your-id', created: false },
  ],
];

describe('the rows of the contract', () => {
  it('serves what a message has no file of', async () => {
    const { body } = await service.get(`${A}/chats/${TO}/messages?type=text&limit=1`);
    const [{ messageId } = { messageId: '' }] = body.messages as { messageId: string }[];
    const answer = await service.get(`${A}/messages/${messageId}/media`);
    assert.deepEqual([answer.status, answer.body], [404, failed('Message has no media')]);
  });

  it('serves the bytes of a file by its id, with their headers', async () => {
    const { body } = await service.get(`/media?messageId=${ID}`);
    const [{ id } = { id: '' }] = body.media as { id: string }[];
    const response = await fetch(`${service.url}/media/${id}`);
    assert.equal(response.status, 200);
    assert.deepEqual(
      ['content-type', 'content-length'].map((name) => response.headers.get(name)),
      ['image/jpeg', String(jpeg.length)],
    );
    assert.match(response.headers.get('content-disposition') ?? '', /^inline; filename="/);
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(jpeg));
  });

  [...HOOKS, ...ROWS].forEach(([method, path, body, code, expected], index) => {
    it(`${index + 1}. ${method} ${path} ${code}`, async () => {
      const answer = await service.send(method, path, body);
      assert.equal(answer.status, code, JSON.stringify(answer.body));
      matches(answer.body, expected);
      assert.ok(code < 400 || answer.headers.get('x-request-id'));
    });
  });
});
