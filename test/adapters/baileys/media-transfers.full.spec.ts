import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, beforeEach, it } from 'node:test';
import type { SandboxOptions } from '../../../sandbox/server.ts';
import { createPositions } from '../../../src/adapters/mongo/positions.ts';
import { hasCode } from '../../../src/errors.ts';
import type { SendRequest } from '../../../src/events/messages.ts';
import { startMedia } from '../../../src/reactors/media.ts';
import { createPipeline, type Pipeline } from '../../../src/reactors/sends/pipeline.ts';
import { eventsOf, ownerOf, pair } from '../../support/baileys.ts';
import { openGatewayScene } from '../../support/gateway-scene.ts';
import { sendRequests } from '../../support/send-requests.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

const ME = '4915400000001';
const BEN = '4915400000002';
const ACCOUNT = 'shop';
const IDLE_MS = 1_500;
/** Far less than any limit in total, and more than a busy machine takes. */
const SOON_MS = 20_000;

/** How often the media hosts were asked for. */
let questions = 0;
const trace: SandboxOptions['trace'] = (direction, _device, { attrs }) => {
  if (direction === 'in' && attrs.xmlns === 'w:m') questions++;
};
const { sandbox, gateway, close } = await openGatewayScene({ sandbox: { trace }, mediaIdleMs: IDLE_MS });
const phone = await sandbox.control.makePhone(ME, { name: 'Me' });
const ben = await sandbox.control.makePhone(BEN, { name: 'Ben' });
const server = sandbox.control.account(ME);
const session = await pair(gateway.whatsApp, ownerOf(ACCOUNT, 1), phone.scan);
const pipeline: Pipeline = createPipeline(session.session, gateway.outbox);
after(async () => {
  await session.session.close();
  await close();
});
beforeEach(() => server.trouble({ kind: 'none' }));

const request = sendRequests(ACCOUNT, BEN);
const FILE = 'application/octet-stream';
/** A document of a size that no socket's buffer takes, as the API would have asked for it. */
const documentOf = async (bytes: Buffer): Promise<Pick<SendRequest, 'content'>> => {
  const staged = await gateway.files.stage(ACCOUNT, Readable.from([bytes]), bytes.length);
  const { id: fileId, length: size } = await gateway.files.keep(staged, { mimetype: FILE });
  return { content: { type: 'document', text: null, media: { fileId, size, mimetype: FILE } } };
};
/** Sends a document, and a text behind it; resolves with how often Ben was shown the document. */
const sendBoth = async (): Promise<number> => {
  const bytes = randomBytes(2_000_000);
  const [file, text] = [request('', await documentOf(bytes)), request('behind it')];
  const sending = Promise.all([pipeline(file, 1), pipeline(text, 1)]);
  const behind = await ben.waitForMessage(({ id }) => id === text.data.waId, SOON_MS);
  assert.equal(behind.text, 'behind it');
  for (const { kind } of await sending) assert.equal(kind, 'acked');
  assert.deepEqual(await ben.file(file.data.waId), bytes);
  return (await ben.frames()).filter(({ id }) => id === file.data.waId).length;
};
const troubleOf = () =>
  sandbox.sandbox.world.state.phones.get(ME)?.trouble ?? assert.fail('nobody has that number');

it('takes the next host where the answer to an upload breaks off', async () => {
  await server.trouble({ kind: 'cut-uploads', count: 1 });
  assert.equal(await sendBoth(), 1);
});

it('uploads again where the answers of all hosts break off', async () => {
  await server.trouble({ kind: 'cut-uploads', count: 3 });
  assert.equal(await sendBoth(), 1);
});

it('takes the next host where the first one never answers', async () => {
  await server.trouble({ kind: 'hang-uploads', count: 1 });
  assert.equal(await sendBoth(), 1);
});

it('takes a file to where a host sends it', async () => {
  const before = questions;
  await server.trouble({ kind: 'redirect-uploads', count: 5 });
  assert.equal(await sendBoth(), 1);
  // after a host that did not take it they are asked for anew
  assert.ok(questions - before <= 1);
});

it('fetches a file later that stopped in its middle', async () => {
  await server.trouble({ kind: 'hang-downloads', count: 1 });
  const reactor = startMedia({
    ...{ log: gateway.log, files: gateway.files, blobs: gateway.blobs, logger: silentLog },
    ...{ positions: createPositions(gateway.state), now: () => new Date(), session: () => null },
    isElsewhere: async () => false,
    download: gateway.whatsApp.download,
  });
  const id = await ben.sendFile(ME, { kind: 'document', data: randomBytes(500_000) });
  const fates = await waitFor(
    async () => {
      const events = (await eventsOf(gateway.log, ACCOUNT)).filter(
        ({ type, data }) => type.startsWith('media.') && 'waId' in data && data.waId === id,
      );
      return events.some(({ type }) => type === 'media.stored') && events;
    },
    { what: 'the file', ms: SOON_MS },
  ).finally(reactor.stop);
  const told = fates.map(({ type, data }) => [type, 'reason' in data && data.reason]);
  assert.deepEqual(told, [
    ['media.failed', 'the media host says nothing'],
    ['media.stored', false],
  ]);
});

it('ends an upload with its session', async () => {
  await server.trouble({ kind: 'hang-uploads', count: 2 });
  const preparing = session.session.prepare(request('', await documentOf(randomBytes(100))));
  const refused = assert.rejects(preparing, (error) => !hasCode(error, 'upload_failed'));
  await waitFor(() => troubleOf().hangUploads === 1, { what: 'an upload' });
  await session.session.close();
  await refused;
  assert.equal(troubleOf().hangUploads, 1);
});
