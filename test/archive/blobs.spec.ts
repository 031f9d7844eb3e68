import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { openBlob, verifyBlobs, writeBlob } from '../../src/archive/blobs.ts';
import { temporaryDirectory } from '../support/service.ts';

/** The system gives the lowest number that is free. */
const nextDescriptor = (): number => {
  const fd = openSync('.', 'r');
  closeSync(fd);
  return fd;
};

const sourceOf = async function* (bytes: Uint8Array) {
  yield bytes;
};
const blobOf = (bytes: Uint8Array) => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  length: bytes.length,
});

it('looks past what a file manager has left among the blobs', async () => {
  const dir = temporaryDirectory();
  const bytes = Buffer.from('bytes');
  const blob = blobOf(bytes);
  await writeBlob(dir, blob, sourceOf(bytes));
  await writeFile(join(dir, 'blobs', '.DS_Store'), '');
  assert.equal(await verifyBlobs(dir, new AbortController().signal), 1);
});

it('keeps no file open that nobody reads, as where an import finds it restored already', async () => {
  const dir = temporaryDirectory();
  const bytes = Buffer.alloc(1_000_000, 7);
  const blob = blobOf(bytes);
  await writeBlob(dir, blob, sourceOf(bytes));
  const before = nextDescriptor();
  for (let n = 0; n < 20; n++) void openBlob(dir, blob);
  let length = 0;
  for await (const part of openBlob(dir, blob)) length += part.length;
  assert.equal(length, bytes.length);
  assert.ok(nextDescriptor() < before + 10, 'descriptors are still open');
});
