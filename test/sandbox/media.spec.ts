import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { aesDecryptGCM, decryptPollVote, encryptedStream, getMediaKeys, hkdf } from '@whiskeysockets/baileys';
import fc from 'fast-check';
import { phones } from '../../sandbox/phones/phones.ts';
import { countVote, openVote, sealVote } from '../../sandbox/phones/polls.ts';
import { makeServerIdentity } from '../../sandbox/protocol/certificates.ts';
import { decryptMedia, encryptMedia, mediaRetryKey, sealGcm, sha256 } from '../../sandbox/protocol/media.ts';
import { makeRandom } from '../../sandbox/protocol/random.ts';
import { diskBlobs } from '../../sandbox/server/blobs.ts';
import { expireFiles, fetchFile, ownCopy, storeFile } from '../../sandbox/server/media-store.ts';
import { makeState } from '../../sandbox/server/state.ts';
import { makeWorld } from '../../sandbox/server/world.ts';

const random = makeRandom('media');
const DAY = 24 * 3_600_000;

/** A world whose clock stands where it is put. */
const makeTestWorld = (clock: { now: number }) =>
  makeWorld({
    state: makeState(makeServerIdentity(random)),
    random,
    now: () => clock.now,
    phones,
    onError: (error) => assert.fail(String(error)),
    trace: () => undefined,
  });

it('derives the keys Baileys derives', async () => {
  const { key, body } = encryptMedia(Buffer.from('hello'), 'Image', random);
  const { iv, cipherKey } = await getMediaKeys(key, 'image');
  assert.ok(iv && cipherKey);
  const theirs = await encryptedStream(Buffer.from('hello'), 'document');
  await rm(theirs.encFilePath);
  assert.equal(body.length, 26);
  assert.deepEqual(sha256(Buffer.from('hello')), Buffer.from(theirs.fileSha256));
  assert.deepEqual(
    mediaRetryKey(key),
    Buffer.from(hkdf(key, 32, { info: 'WhatsApp Media Retry Notification' })),
  );
  const sealed = sealGcm(Buffer.from('x'), key, Buffer.alloc(12), Buffer.from('id'));
  assert.equal(aesDecryptGCM(sealed, key, Buffer.alloc(12), Buffer.from('id')).toString(), 'x');
});

it('decrypts what it encrypted, and nothing that was changed by one bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, at) => {
      const { body, ...secrets } = encryptMedia(Buffer.from(plain), 'Video', random);
      assert.deepEqual(decryptMedia(body, 'Video', secrets), Buffer.from(plain));
      assert.throws(() => decryptMedia(body, 'Audio', secrets), /bad MAC/);
      const damaged = Buffer.from(body);
      damaged.writeUInt8(damaged.readUInt8(at % body.length) ^ 1, at % body.length);
      assert.throws(() => decryptMedia(damaged, 'Video', secrets), /another sha256/);
      const hidden = { ...secrets, encSha256: sha256(damaged) };
      assert.throws(() => decryptMedia(damaged, 'Video', hidden), /bad MAC/);
    }),
    { numRuns: 100 },
  );
});

it('makes votes that Baileys opens, and opens none of anybody else', () => {
  const secret = random(32);
  const parties = { pollId: 'P', creator: '1@lid', voter: '2@lid' };
  const vote = sealVote(['a'], secret, parties, random);
  const opened = decryptPollVote(vote, {
    pollCreatorJid: '1@lid',
    voterJid: '2@lid',
    pollMsgId: 'P',
    pollEncKey: secret,
  });
  const hash = sha256(Buffer.from('a')).toString('hex');
  assert.deepEqual(
    opened.selectedOptions.map((one) => Buffer.from(one).toString('hex')),
    [hash],
  );
  assert.deepEqual(openVote(vote, secret, parties), [hash]);
  assert.equal(openVote(vote, secret, { ...parties, voter: '3@lid' }), undefined);
  assert.equal(openVote(vote, random(32), parties), undefined);
});

it('counts the last vote of everyone', () => {
  const hash = (name: string) => sha256(Buffer.from(name)).toString('hex');
  const empty = { name: '?', selectable: 0, options: ['a', 'b'].map((name) => ({ name, voters: [] })) };
  const voters = (poll: typeof empty | ReturnType<typeof countVote>) => poll.options.map((one) => one.voters);
  const both = countVote(empty, 'Ann', [hash('a'), hash('b'), hash('nothing')]);
  assert.deepEqual(voters(both), [['Ann'], ['Ann']]);
  const more = countVote(both, 'Ben', [hash('b')]);
  assert.deepEqual(voters(more), [['Ann'], ['Ann', 'Ben']]);
  assert.deepEqual(voters(countVote(more, 'Ann', [])), [[], ['Ben']]);
});

it('keeps files for two weeks, and lets the oldest go when there is no more room', () => {
  const clock = { now: 1_700_000_000_000 };
  const world = makeTestWorld(clock);
  let fill = 0;
  const store = (megabytes: number) =>
    storeFile(world, { bytes: Buffer.alloc(megabytes * 1024 * 1024, ++fill), readers: [] }).path;
  const isThere = (path: string) => typeof fetchFile(world, path) === 'object';
  const first = store(60);
  const second = store(60);
  assert.deepEqual([isThere(first), isThere(second)], [true, true]);
  const third = store(20);
  assert.deepEqual([isThere(first), isThere(second), isThere(third)], [false, true, true]);
  assert.equal(fetchFile(world, first), 404);
  assert.equal(world.state.media.bytes, 80 * 1024 * 1024);

  assert.equal(expireFiles(world, 404, [third, '/nothing']), 1);
  assert.equal(fetchFile(world, third), 404);
  assert.ok(ownCopy(world, third));
  clock.now += 14 * DAY - 1;
  assert.ok(isThere(second));
  clock.now += 1;
  assert.equal(fetchFile(world, second), 410);
  assert.ok(ownCopy(world, second));
});

it('keeps bytes as long as one of the files that share them', () => {
  const world = makeTestWorld({ now: 0 });
  const put = (bytes: Buffer) => storeFile(world, { bytes, readers: [] }).path;
  const oldest = put(Buffer.from('same'));
  put(Buffer.alloc(127 * 1024 * 1024));
  const again = put(Buffer.from('same'));
  assert.notEqual(oldest, again);
  put(Buffer.alloc(2 * 1024 * 1024));
  assert.equal(fetchFile(world, oldest), 404);
  assert.equal(ownCopy(world, again)?.toString(), 'same');
  put(Buffer.alloc(128 * 1024 * 1024, 1));
  assert.equal(ownCopy(world, again), undefined);
  assert.equal(world.blobs.get(sha256(Buffer.from('same')).toString('hex')), undefined);
});

it('keeps bytes on disk, and removes those nobody knows of', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-blobs-'));
  const first = diskBlobs(join(directory, 'media'), new Set());
  first.put('kept', Buffer.from('one'));
  first.put('left', Buffer.from('two'));
  first.put('dropped', Buffer.from('three'));
  first.drop('dropped');
  assert.equal(first.get('dropped'), undefined);
  const second = diskBlobs(join(directory, 'media'), new Set(['kept']));
  assert.equal(second.get('kept')?.toString(), 'one');
  assert.equal(second.get('left'), undefined);
  await rm(directory, { recursive: true });
});
