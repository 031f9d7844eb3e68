import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { type Db, MongoClient } from 'mongodb';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { accountsProjection } from '../../src/projections/accounts.ts';
import { asView, buildOf } from '../../src/projections/projection.ts';
import { openLog } from '../support/log.ts';
import { makeJpeg } from '../support/media.ts';
import { type Service, startService, temporaryDirectory } from '../support/service.ts';
import { silentLog } from '../support/silent-log.ts';
import { runVerb } from '../support/verbs.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, type World } from '../support/world.ts';

let origin: World;
let copy: World;
let service: Service | undefined;
let clients: readonly MongoClient[] = [];
const archive = join(temporaryDirectory(), 'archive');

before(async () => {
  [origin, copy] = await Promise.all([startWorld({ durable: true }), startWorld({ durable: true })]);
  clients = await Promise.all([origin, copy].map(({ mongo }) => new MongoClient(mongo.url).connect()));
});
after(async () => {
  await service?.kill();
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all([origin?.close(), copy?.close()]);
});

const databases = (world: World): Readonly<{ views: Db; state: Db }> => {
  const client = clients[world === origin ? 0 : 1];
  assert.ok(client !== undefined);
  return { views: client.db(world.env.DB_NAME), state: client.db(`${world.env.DB_NAME}_state`) };
};

/** What says where a runner is, not what is true. */
const OF_RUNNERS = new Set(['checkpoints', 'runners', 'views']);

/** Every document of every view. */
const contents = async (world: World): Promise<Record<string, unknown[]>> => {
  const { views } = databases(world);
  const names = (await views.listCollections().toArray()).map(({ name }) => name);
  const kept = names.filter((name) => !OF_RUNNERS.has(name)).sort();
  const documents = kept.map(async (name) => [
    name,
    await views.collection(name).find().sort({ _id: 1 }).toArray(),
  ]);
  return Object.fromEntries(await Promise.all(documents));
};

/** All that is kept beside the log, chunk by chunk. */
const kept = async (world: World): Promise<unknown[]> => {
  const { state } = databases(world);
  const files = await state.collection('media.files').find().sort({ _id: 1 }).toArray();
  const chunks = await state.collection('media.chunks').find().sort({ files_id: 1, n: 1 }).toArray();
  return [
    files.map(({ uploadDate: _, ...file }) => file),
    chunks.map(({ files_id, n, data }) => [String(files_id), n, data.toString('base64')]),
  ];
};

/** Where each message of the copy stood in the log that it comes from. */
const origins = async (): Promise<ReadonlyMap<number, number>> => {
  const { nc, close } = await openLog(copy.nats.url, { maxBytes: null, dedupeMs: copy.dedupeMs });
  const raw = await createRawLog(nc, silentLog);
  const found = new Map<number, number>();
  const { lastSeq: until } = await raw.state();
  const stretch = { subjects: ['wildcat.>'], after: 0, until };
  for await (const batch of raw.read(stretch, new AbortController().signal))
    for (const { seq, headers } of batch) found.set(seq, Number(headers['Wildcat-Origin']?.split('/')[1]));
  await close();
  return found;
};

/** Documents with the positions of the log that the copy was made of. */
const withOrigins = (value: unknown, positions: ReadonlyMap<number, number>): unknown => {
  if (Array.isArray(value)) return value.map((each) => withOrigins(each, positions));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      name === 'seq' && typeof each === 'number' ? positions.get(each) : withOrigins(each, positions),
    ]),
  );
};

const until = async (what: string, probe: () => Promise<boolean>): Promise<void> =>
  void (await waitFor(probe, { what, ms: 60_000 }));
type Health = readonly Readonly<{
  view: string;
  state: string;
  lag: number;
  stop: { error: string } | null;
}>[];
const viewsOf = async (running: Service): Promise<Health> =>
  (await running.get('/health')).body.views as Health;
const ready = (running: Service): Promise<void> =>
  until('views that have read everything', async () => {
    if ((await running.get('/ready')).status !== 200) return false;
    return (await viewsOf(running)).every(({ lag }) => lag === 0);
  });
/** Lets the views read all that there is. Without a gateway, which would add to it. */
const project = async (world: World): Promise<void> => {
  service = await startService({ ...world.env, ROLES: 'projector' });
  await ready(service);
  assert.equal(await service.stop(), 0);
};

const live = async (own: PhoneHandle, anna: PhoneHandle): Promise<void> => {
  service = await startService(origin.env);
  const running = service;
  await pair(running, 'shop', own);
  await pair(running, 'gone', await origin.sandbox.makePhone('4915100000003'));
  for (let n = 1; n <= 10; n++) await anna.send(own.number, `message ${n}`);
  // too large for the log by far: its raw goes to the blobs
  const first = await anna.send(own.number, '€'.repeat(65_536));
  await anna.send(own.number, '€'.repeat(65_536), { quoted: first });
  const picture = await anna.sendFile(own.number, {
    kind: 'image',
    data: await makeJpeg(64, 48),
    caption: 'sea',
  });
  await until('its file', async () => {
    const answer = await fetch(`${running.url}/accounts/shop/messages/${picture}/media`);
    await answer.arrayBuffer();
    return answer.ok;
  });
  const removed = await running.send('DELETE', '/accounts/gone');
  assert.equal(removed.status, 200, JSON.stringify(removed.body));
  for (let n = 1; n <= 5; n++)
    await running.send('POST', '/accounts/shop/message/send', { to: jidOf(anna), message: `answer ${n}` });
  await until('all messages, all read', async () => {
    const messages = await messagesOf(running, 'shop', jidOf(anna));
    return messages.length === 18 && messages.filter(({ status }) => status === 'read').length === 5;
  });
};

it('brings a system back elsewhere, its views equal, and lets the log be purged', async () => {
  const own = await origin.sandbox.makePhone('4915100000001');
  const anna = await origin.sandbox.makePhone('4915100000002', { deliverAfter: 0, readAfter: 0 });
  await live(own, anna);
  const beside = await runVerb(['export', `${archive}-live`, '--account', 'shop'], origin.env);
  assert.equal(beside.code, 0, beside.output);
  assert.equal(await service?.stop(), 0);

  const exported = await runVerb(['export', archive], origin.env);
  assert.equal(exported.code, 0, exported.output);
  assert.match(exported.output, /exported \d+ messages from 1 to \d+ in 1 segments/);
  const verified = await runVerb(['verify-archive', archive]);
  assert.equal(verified.code, 0, verified.output);
  assert.match(verified.output, /and \d+ blobs/);

  const killed = await runVerb(['import', archive], { ...copy.env, WILDCAT_FAILPOINT: 'import.window' });
  assert.equal(killed.signal, 'SIGKILL', killed.output);
  const imported = await runVerb(['import', archive], copy.env);
  assert.equal(imported.code, 0, imported.output);
  assert.deepEqual(await kept(copy), await kept(origin));

  await project(origin); // a service that stops appends a last fact
  await project(copy);
  const [before, now, positions] = await Promise.all([contents(origin), contents(copy), origins()]);
  assert.ok(Object.values(before).flat().length >= 19, 'there is something to compare');
  assert.deepEqual(withOrigins(now, positions), before);

  const again = await runVerb(['import', `${archive}-live`], copy.env);
  assert.equal(again.code, 1, again.output);
  assert.match(again.output, /The log is not empty/);
});

it('purges what the archive holds, and then refuses to build views from what is left', async () => {
  const upto = Math.max(...(await origins()).values());
  const tooFar = await runVerb(['purge', '--upto', String(upto + 1), '--archive', archive], origin.env);
  assert.equal(tooFar.code, 1);
  assert.match(tooFar.output, /Nothing was purged: the archive ends at/);
  const part = await runVerb(['purge', '--upto', '5', '--archive', `${archive}-live`], origin.env);
  assert.match(part.output, /the archive holds the account shop only/);
  const purged = await runVerb(['purge', '--upto', String(upto), '--archive', archive], origin.env);
  assert.equal(purged.code, 0, purged.output);

  const before = await contents(origin);
  service = await startService({ ...origin.env, ROLES: 'projector' });
  await ready(service); // views that have read it all go on
  const { text } = (await service.get('/metrics')).body;
  assert.match(String(text), /wildcat_log_messages\{stream="WILDCAT"\} \d+/);
  assert.equal(await service.stop(), 0);
  assert.deepEqual(await contents(origin), before);

  await databases(origin).views.dropDatabase();
  service = await startService({ ...origin.env, ROLES: 'projector' });
  const running = service;
  const views = await waitFor(
    async () => {
      const found = await viewsOf(running);
      return found.some(({ state }) => state === 'stopped') && found;
    },
    { what: 'a view that stands still' },
  );
  const messages = views.find(({ view }) => view === 'messages');
  assert.match(messages?.stop?.error ?? '', /The log was purged up to \d+.*Import the archives/);
  assert.equal((await running.get('/ready')).status, 503);
  // accounts are made of what a purge leaves
  await until(
    'accounts',
    async () => (await contents(origin))[buildOf(asView(accountsProjection)).id]?.length === 1,
  );
});

it('says how it is used', async () => {
  const wrong = await runVerb(['exprot', 'x'], copy.env);
  assert.equal(wrong.code, 2);
  assert.match(wrong.output, /unknown verb exprot \(wildcat --help /);
  const help = await runVerb(['--help'], copy.env);
  assert.equal(help.code, 0);
  assert.match(help.output, /wildcat verify-archive DIR/);
  const none = await runVerb(['verify-archive', join(archive, 'none')], copy.env);
  assert.equal(none.code, 1);
  assert.match(none.output, /manifest\.json is no manifest of an archive: ENOENT/);
});
