import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { createRawLog } from '../../../src/adapters/jetstream/raw-log.ts';
import { createLeases } from '../../../src/adapters/lease.ts';
import { hasCode } from '../../../src/errors.ts';
import { created, EVERYTHING, openLog, readAll, received } from '../../support/log.ts';
import { startNats } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

it('reads from a server that gives out few messages at once', async () => {
  const limits = 'jetstream {\n  limits { max_request_batch: 10 }';
  const nats = await startNats({ edit: (config) => config.replace('jetstream {', limits) });
  after(nats.stop);
  const { log, close } = await openLog(nats.url);
  after(close);
  await Promise.all(Array.from({ length: 50 }, (_, n) => log.append(received(`W${n}`))));
  assert.equal((await readAll(log)).length, 50);
});

it('says at once where an archive holds a message that is too large for the server', async () => {
  const nats = await startNats();
  after(nats.stop);
  const { nc, close } = await openLog(nats.url);
  after(close);
  const raw = await createRawLog(nc, silentLog);
  const message = {
    subject: 'wildcat.shop.message.received._',
    headers: {},
    payload: Buffer.alloc(2_000_000),
  };
  await assert.rejects(
    raw.append(0, [message]),
    (error) => hasCode(error, 'unprocessable') && /after position 0 .*max_payload/.test(error.message),
  );
  assert.equal((await raw.state()).lastSeq, 0);
});

it('ends a read whose rest was purged, also where the server does not answer what is asked about it', async () => {
  const permissions = '{ publish: { deny: "$JS.API.CONSUMER.INFO.>" } }';
  const user = `{ user: wildcat, password: secret, permissions: ${permissions} }`;
  const nats = await startNats({ edit: (config) => `${config}authorization { users: [${user}] }\n` });
  after(nats.stop);
  const { log, close } = await openLog(nats.url.replace('nats://', 'nats://wildcat:secret@'));
  after(close);
  await Promise.all(Array.from({ length: 300 }, (_, n) => log.append(received(`W${n}`))));
  let isOver = false;
  const read = async (): Promise<void> => {
    let batches = 0;
    for await (const _ of log.read(EVERYTHING, { max: 60, window: 100 }))
      if (++batches === 1) await log.purge('shop', 301);
    isOver = true;
  };
  void read();
  await waitFor(() => isOver, { what: 'the end of the read' });
});

// docs/servers.md tells operators
const PUBLISH = [
  'wildcat.>',
  'wildcat-live.>',
  'wildcat-call.>',
  '$KV.WILDCAT_LEASES.>',
  '$JS.API.>',
  '_INBOX.>',
];
const SUBSCRIBE = ['wildcat-call.>', '_INBOX.>'];

it('needs no more rights than it says', async () => {
  const permissions = JSON.stringify({ publish: PUBLISH, subscribe: SUBSCRIBE });
  const user = `{ user: wildcat, password: "p@ss", permissions: ${permissions} }`;
  const nats = await startNats({ edit: (config) => `${config}authorization { users: [${user}] }\n` });
  after(nats.stop);
  const { log, nc, close } = await openLog(nats.url.replace('nats://', 'nats://wildcat:p%40ss@'));
  after(close);
  const violations: string[] = [];
  const watch = async (): Promise<void> => {
    for await (const status of nc.status())
      if (status.type === 'error') violations.push(status.error.message);
  };
  void watch();
  await log.append(received('W1'));
  await log.appendDecision(created(), 0);
  assert.equal((await readAll(log)).length, 3);
  await log.purge('shop', 2);
  assert.equal(await log.trouble(), null);
  const lease = await (await createLeases({ nc, node: 'a', log: silentLog })).acquire('shop');
  await lease?.release();
  assert.ok(lease !== null);
  // what session-calls.ts and live.ts do
  nc.subscribe('wildcat-call.shop', { callback: (_error, message) => void message.respond() });
  await nc.request('wildcat-call.shop');
  nc.publish('wildcat-live.shop.presence.l1');
  await nc.flush();
  assert.deepEqual(violations, []);
});
