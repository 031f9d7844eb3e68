import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it } from 'node:test';
import { createSealer, loadSecretKey } from '../../src/adapters/crypto.ts';
import { hasCode } from '../../src/errors.ts';

const dir = await mkdtemp(join(tmpdir(), 'wildcat-secret-'));
after(() => rm(dir, { recursive: true }));

const keyOf = (fill: number) =>
  loadSecretKey({ secretKey: Buffer.alloc(32, fill).toString('base64'), dataDir: dir });
const plain = Buffer.from('a ratchet');

it('opens what it sealed, and seals differently each time', async () => {
  const sealer = createSealer(await keyOf(1), 'keys/shop');
  const sealed = sealer.seal(plain, 'shop|session|1');
  assert.deepEqual(sealer.open(sealed, 'shop|session|1'), plain);
  assert.notDeepEqual(sealer.seal(plain, 'shop|session|1'), sealed);
  assert.equal(sealed.subarray(0, 2).toString(), 'v1');
  assert.ok(!sealed.includes(plain));
});

it('opens nothing with another key, for another use, at another place, or with a bit turned', async () => {
  const sealer = createSealer(await keyOf(1), 'keys/shop');
  const sealed = sealer.seal(plain, 'shop|session|1');
  const other = createSealer(await keyOf(2), 'keys/shop');
  const neighbour = createSealer(await keyOf(1), 'keys/bar');
  assert.throws(() => other.open(sealed, 'shop|session|1'), /another key/);
  assert.throws(() => neighbour.open(sealed, 'shop|session|1'));
  assert.throws(() => sealer.open(sealed, 'shop|session|2'));
  for (const at of [0, 3, 10, 20, sealed.length - 1]) {
    const broken = Buffer.from(sealed);
    broken[at] = (broken[at] ?? 0) ^ 1;
    assert.throws(() => sealer.open(broken, 'shop|session|1'), `byte ${at}`);
  }
  assert.throws(() => sealer.open(sealed.subarray(0, 10), 'shop|session|1'));
});

it('makes its key file once, for its owner only, however many start at one time', async () => {
  const dataDir = join(dir, 'fresh');
  const keys = await Promise.all(Array.from({ length: 8 }, () => loadSecretKey({ dataDir })));
  assert.equal(new Set(keys.map((key) => key.export().toString('hex'))).size, 1);
  const { mode } = await stat(join(dataDir, 'secret.key'));
  assert.equal(mode & 0o777, 0o600);
});

it('never replaces a broken key file', async () => {
  const path = join(dir, 'secret.key');
  await writeFile(path, 'too short');
  await assert.rejects(loadSecretKey({ dataDir: dir }), (error) => hasCode(error, 'misconfigured'));
  assert.equal(await readFile(path, 'utf8'), 'too short');
});
