import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { it } from 'node:test';
import { WildcatError } from '../../src/errors.ts';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { NewEvent } from '../../src/events/event.ts';
import { startMedia } from '../../src/reactors/media.ts';
import { silentLog } from '../support/log.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf } from '../support/webhook-events.ts';
import { memoryLog } from './support/dispatcher.ts';

const withImage: NewEvent<WildcatEvent> = {
  ...{ account: 'shop', gen: 1, occurredAt: '2026-01-01T00:00:00.000Z', type: 'message.received' },
  data: {
    ...{ waId: 'M1', chat: chatOf(1), from: chatOf(1), timestamp: 1_767_225_600 },
    content: { type: 'image', text: null, media: { mimetype: 'image/png' } },
  },
  raw: 'AA==',
};

it('does not ask the phone for a file that came, but whose account is erased', async () => {
  const { log, appended, add } = memoryLog();
  const asked: string[] = [];
  const reactor = startMedia({
    log,
    positions: { find: async () => null, move: async () => true, erase: async () => {} },
    files: {
      stage: async (account) => ({ id: 'f', account, sha256: '', length: 1 }),
      keep: () => Promise.reject(new WildcatError('gone', 'erased meanwhile')),
      find: async () => null,
      sweep: async () => {},
    },
    blobs: { get: async () => null },
    download: async () => Readable.from([]),
    session: () => ({
      reupload: async (raw) => {
        asked.push(raw);
        return raw;
      },
    }),
    now: () => new Date(),
    logger: silentLog,
  });
  add(withImage, 1);
  await waitFor(() => appended.length > 0, { what: 'the end of the try' });
  await reactor.stop();
  assert.deepEqual([appended[0]?.type, asked], ['media.failed', []]);
});
