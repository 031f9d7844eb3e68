import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { runRebuild } from '../../src/compose/rebuild-verb.ts';
import * as make from '../support/events.ts';
import { startMongo, startNats, type TestServer } from '../support/servers.ts';
import { caughtUp, connectWorld, startRunner, type World } from '../support/views.ts';

let nats: TestServer;
let mongod: TestServer;
let world: World;
before(async () => {
  [nats, mongod] = await Promise.all([startNats(), startMongo()]);
  world = await connectWorld(nats.url, mongod.url, `verb_${process.pid}`);
});
after(async () => {
  await world.end();
  await Promise.all([nats.stop(), mongod.stop()]);
});

/** Calls the verb, broken off (Ctrl-C) as soon as it has told how it goes where `once`. Resolves with what it said. */
const rebuild = async (
  views: string[],
  { once = false, eventsPerSecond }: Options = {},
): Promise<string[]> => {
  const stop = new AbortController();
  const said: string[] = [];
  const say = (line: string): void => {
    said.push(line);
    if (once && line.includes('%')) stop.abort();
  };
  const verb = {
    name: 'rebuild' as const,
    views,
    ...(eventsPerSecond === undefined ? {} : { eventsPerSecond }),
  };
  const ground = { log: world.log, databases: world.mongo, now: () => new Date() };
  const asked = runRebuild(verb, ground, { say, signal: stop.signal });
  await (once ? assert.rejects(asked, { name: 'AbortError' }) : asked);
  return said;
};
type Options = Readonly<{ once?: boolean; eventsPerSecond?: number }>;

it('broken off, is followed by the same call, which asks for what the first did not', async () => {
  const first = startRunner(world);
  await caughtUp(first, await world.append(make.created(), make.received('M1')));
  await first.stop();
  assert.deepEqual(await rebuild(['accounts'], { once: true }), ['accounts: waiting, 0 %']);
  await assert.rejects(rebuild(['accounts'], { eventsPerSecond: 5 }), { code: 'busy' });
  const again = await rebuild(['accounts', 'messages'], { once: true });
  assert.match(again[0] ?? '', /^accounts_v\d+_r2 is being built already: this call follows it$/);
  const second = startRunner(world);
  try {
    const done = await rebuild(['accounts', 'messages']);
    assert.equal(done.at(-1), 'accounts: done, 100 %; messages: done, 100 %');
    assert.match(done.join(), /accounts_v\d+_r2 .*messages_v\d+_r2 /);
  } finally {
    await second.stop();
  }
});
