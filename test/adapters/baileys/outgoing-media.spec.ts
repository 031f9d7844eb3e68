import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import type { WAMediaUploadFunction } from '@whiskeysockets/baileys';
import { uploadInTime } from '../../../src/adapters/baileys/outgoing-media.ts';

const OPTIONS = { fileEncSha256B64: '', mediaType: 'image' } as const;
/** An upload whose answer breaks off: rc14 waits for its rest for ever. */
const brokenOff: WAMediaUploadFunction = () => new Promise(() => {});

it('ends an upload with its session', async () => {
  const ending = new AbortController();
  const uploading = uploadInTime(brokenOff, ending.signal)('file', OPTIONS);
  ending.abort();
  await assert.rejects(uploading, /closed, or it took too long/);
});

it('ends an upload that was begun after its session had ended', async () => {
  await assert.rejects(uploadInTime(brokenOff, AbortSignal.abort())('file', OPTIONS), /closed/);
});

it('ends an upload after 10 minutes in all', async () => {
  const late = new AbortController();
  const timeout = mock.method(AbortSignal, 'timeout', () => late.signal);
  const uploading = uploadInTime(brokenOff, new AbortController().signal)('file', OPTIONS);
  assert.deepEqual(timeout.mock.calls[0]?.arguments, [600_000]);
  timeout.mock.restore();
  late.abort();
  await assert.rejects(uploading, /took too long/);
});
