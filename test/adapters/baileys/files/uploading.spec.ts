import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { it, mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createUpload } from '../../../../src/adapters/baileys/files/uploading.ts';
import { silentLog } from '../../../support/silent-log.ts';

/** Any file. */
const FILE = fileURLToPath(import.meta.url);
const OPTIONS = { fileEncSha256B64: '', mediaType: 'image' } as const;
/** Nobody listens there, nor could. */
const NOWHERE = { hostname: 'media.invalid', maxContentLengthBytes: 1 };

const upload = async (signal: AbortSignal): Promise<unknown> => {
  const named = { hosts: [NOWHERE], auth: 'token', ttl: 60, fetchDate: new Date(0) };
  const asking = { agent: undefined, signal };
  return createUpload({ hosts: async () => named, asking, logger: silentLog })(FILE, OPTIONS);
};

it('begins no upload after its session has ended', async () => {
  await assert.rejects(upload(AbortSignal.abort()), /no media host took the file: the session has ended/);
});

it('gives an upload 10 minutes, and what its size takes on a slow line', async () => {
  const timeout = mock.method(AbortSignal, 'timeout', () => AbortSignal.abort());
  await assert.rejects(upload(new AbortController().signal));
  assert.deepEqual(timeout.mock.calls[0]?.arguments, [600_000 + Math.ceil(statSync(FILE).size / 64)]);
  timeout.mock.restore();
});
