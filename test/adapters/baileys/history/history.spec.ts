import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import { readPart } from '../../../../src/adapters/baileys/history/history.ts';

it('reads a part of the history, and none that unfolds to more than any phone has', async () => {
  const part = { syncType: 3, progress: 7 };
  const bytes = Buffer.from(proto.HistorySync.encode(part).finish());
  assert.equal((await readPart(deflateSync(bytes))).progress, 7);
  // a field that is not known is skipped: sound, but for its size
  const zeros = Buffer.concat([
    bytes,
    Buffer.from([0xfa, 0x7f, 0x80, 0x80, 0x80, 0x80, 0x01]),
    Buffer.alloc(2 ** 28),
  ]);
  await assert.rejects(readPart(deflateSync(zeros, { level: 1 })), { code: 'ERR_BUFFER_TOO_LARGE' });
});
