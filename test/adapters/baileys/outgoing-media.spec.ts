import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { it, mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { WAMediaUploadFunction } from '@whiskeysockets/baileys';
import { uploadInTime } from '../../../src/adapters/baileys/outgoing-media.ts';
import { waitFor } from '../../support/wait.ts';

/** Any file. */
const FILE = fileURLToPath(import.meta.url);
const OPTIONS = { fileEncSha256B64: '', mediaType: 'image' } as const;
/** An upload whose answer breaks off: rc14 waits for its rest for ever. */
const brokenOff: WAMediaUploadFunction = () => new Promise(() => {});

it('ends an upload with its session', async () => {
  const ending = new AbortController();
  const uploading = uploadInTime(brokenOff, ending.signal)(FILE, OPTIONS);
  ending.abort();
  await assert.rejects(uploading, /closed, or it took too long/);
});

it('ends an upload that was begun after its session had ended', async () => {
  await assert.rejects(uploadInTime(brokenOff, AbortSignal.abort())(FILE, OPTIONS), /closed/);
});

it('gives an upload 10 minutes, and what its size takes on a slow line', async () => {
  const late = new AbortController();
  const timeout = mock.method(AbortSignal, 'timeout', () => late.signal);
  const uploading = uploadInTime(brokenOff, new AbortController().signal)(FILE, OPTIONS);
  await waitFor(async () => timeout.mock.callCount() > 0, { what: 'a limit' });
  assert.deepEqual(timeout.mock.calls[0]?.arguments, [600_000 + Math.ceil(statSync(FILE).size / 64)]);
  timeout.mock.restore();
  late.abort();
  await assert.rejects(uploading, /took too long/);
});
