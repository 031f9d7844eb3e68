import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, it } from 'node:test';
import { createBlobStore } from '../../src/adapters/mongo/blob-store.ts';
import { createFileStore } from '../../src/adapters/mongo/file-store.ts';
import { createPositions } from '../../src/adapters/mongo/positions.ts';
import { WildcatError } from '../../src/errors.ts';
import type { Files } from '../../src/ports/files.ts';
import type { Positions } from '../../src/ports/positions.ts';
import { MEDIA_POSITION, type MediaDeps, startMedia } from '../../src/reactors/media.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';
import { chatOf } from '../support/webhook-events.ts';
import { openWorld, type World } from './support/world.ts';

const now = () => new Date();
let world: World;
let files: Files;
let positions: Positions;
before(async () => {
  world = await openWorld();
  files = await createFileStore(world.state, now);
  positions = createPositions(world.state);
});
after(() => world.close());

const gets = (account: string) => {
  const facts = { account, gen: 1, occurredAt: now().toISOString() };
  const data = { waId: 'M1', chat: chatOf(1), from: chatOf(1), timestamp: 1_767_225_600 };
  const content = { type: 'image', text: null, media: { mimetype: 'image/png' } } as const;
  const raw = Buffer.from(account).toString('base64');
  return world.log.append({ ...facts, type: 'message.received', data: { ...data, content }, raw });
};
/** Fetches files, which all hold the raw message that they were asked for by, until it is stopped. */
const start = (downloaded: string[], more: Partial<MediaDeps> = {}) =>
  startMedia({
    ...{ log: world.log, positions, files, now, logger: silentLog },
    blobs: createBlobStore(world.state),
    download: async (raw) => {
      downloaded.push(Buffer.from(raw, 'base64').toString());
      return Readable.from([Buffer.from(raw)]);
    },
    session: () => null,
    isElsewhere: async () => false,
    ...more,
  });

it('fetches nothing that comes late of a life that had ended before it was started', async () => {
  const ended = { account: 'late', gen: 1, occurredAt: now().toISOString() };
  const data = { collectionName: 'auth_late' };
  const { seq } = await world.log.append({ ...ended, type: 'account.deleted', data });
  const first = start([]);
  const isPast = async () => ((await positions.find(MEDIA_POSITION))?.seq ?? 0) >= seq;
  await waitFor(isPast, { what: 'a position behind the tombstone' });
  await first.stop();
  await gets('late');
  await gets('alive');
  const downloaded: string[] = [];
  const reactor = start(downloaded);
  await world.event('alive', 'media.stored');
  await reactor.stop();
  assert.deepEqual(downloaded, ['alive']);
});

it('does not ask the phone for a file that came, but whose account is erased', async () => {
  const asked: string[] = [];
  const reupload = async (raw: string) => {
    asked.push(raw);
    return raw;
  };
  const keep: Files['keep'] = async (staged, about) => {
    await files.eraseAccount(staged.account);
    return files.keep(staged, about);
  };
  const reactor = start([], { files: { ...files, keep }, session: () => ({ reupload }) });
  await gets('erased');
  await world.event('erased', 'media.failed');
  await reactor.stop();
  assert.deepEqual(asked, []);
});

it('counts no try that failed since our own database was away', async () => {
  let isAway = true;
  const stage: Files['stage'] = async (...asked) => {
    if (!isAway) return files.stage(...asked);
    isAway = false;
    throw new WildcatError('unavailable', 'MongoDB does not answer');
  };
  const reactor = start([], { files: { ...files, stage } });
  await gets('unlucky');
  await world.event('unlucky', 'media.stored');
  await reactor.stop();
  const types = (await world.events('unlucky')).map(({ type }) => type);
  assert.deepEqual(types, ['message.received', 'media.stored']);
});

it('leaves a file to the process that has the connection, for half a minute', async (t) => {
  const downloaded: string[] = [];
  let ahead = 0;
  const reactor = start(downloaded, {
    isElsewhere: async (account) => account === 'theirs',
    now: () => new Date(Date.now() + ahead),
  });
  t.after(() => reactor.stop());
  await gets('theirs');
  await gets('ours');
  await world.event('ours', 'media.stored');
  // others' files of this spec may be open, too
  const fetched = () => downloaded.filter((account) => account === 'ours' || account === 'theirs');
  assert.deepEqual(fetched(), ['ours']);
  ahead = 31_000;
  await world.event('theirs', 'media.stored');
  assert.deepEqual(fetched(), ['ours', 'theirs']);
});
