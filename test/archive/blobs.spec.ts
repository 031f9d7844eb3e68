import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { it } from 'node:test';
import { openBlob, writeBlob } from '../../src/archive/blobs.ts';
import { temporaryDirectory } from '../support/service.ts';

/** The system gives the lowest number that is free. */
const nextDescriptor = (): number => {
  const fd = openSync('.', 'r');
  closeSync(fd);
  return fd;
};

it('keeps no file open that nobody reads, as where an import finds it restored already', async () => {
  const dir = temporaryDirectory();
  const bytes = Buffer.alloc(1_000_000, 7);
  const blob = { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.length };
  await writeBlob(
    dir,
    blob,
    (async function* () {
      yield bytes;
    })(),
  );
  const before = nextDescriptor();
  for (let n = 0; n < 20; n++) void openBlob(dir, blob);
  let length = 0;
  for await (const part of openBlob(dir, blob)) length += part.length;
  assert.equal(length, bytes.length);
  assert.ok(nextDescriptor() < before + 10, 'descriptors are still open');
});
