import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WildcatError } from '../../src/errors.ts';
import type { WebhooksDeps } from '../../src/reactors/webhooks.ts';
import { waitFor } from '../support/wait.ts';
import { type OpenWebhooks, openWebhooks } from './support/webhooks.ts';

const DAYS_MS = 2 * 86_400_000;
const LONG_MS = 60_000;
let world: OpenWebhooks;
before(async () => {
  world = await openWebhooks();
});
after(() => world.close());

const away = () => new WildcatError('unavailable', 'NATS is away');
const untilRows = (id: string, count: number): Promise<unknown> =>
  waitFor(async () => (await world.rowsOf(id)) === count, { what: `${count} rows` });
const untilPosition = (id: string, seq: number): Promise<unknown> =>
  waitFor(async () => (await world.positionOf(id)) === seq, { what: `position ${seq}` });
/** What waits for it goes on once it is opened, or after the test. */
const gate = () => {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a webhook', () => {
  it('is delivered to when it is resumed before the line of another has ended', async (t) => {
    const { open, opened } = gate();
    t.after(open);
    let isGone = false;
    const scene = world.scene(t, ({ path }) => (isGone && path.endsWith('/gone') ? 410 : 200));
    await scene.append('M1');
    const hangs = await scene.register('hangs');
    const gone = await scene.register('gone');
    let hanging = 0;
    const tell: WebhooksDeps['tell'] = async (telling, signal) => {
      if (telling.target.url.endsWith('/hangs')) {
        hanging += 1;
        await opened;
      }
      return world.deps.tell(telling, signal);
    };
    scene.start({ tell });
    await waitFor(() => hanging + scene.toldTo('gone').length === 2, { what: 'a request to both' });
    isGone = true;
    await world.apply(hangs, 'pause'); // nothing else is put in order until its line has ended
    await scene.append('M2');
    await waitFor(async () => (await world.find(gone)).status === 'disabled', { what: 'one disabled' });
    isGone = false;
    await world.apply(gone, 'resume');
    const before = scene.toldTo('gone').length;
    open();
    await waitFor(() => scene.toldTo('gone').length > before, { what: 'another request' });
  });

  it('is tried again as soon as it is resumed, and by its schedule after that', async (t) => {
    let well = false;
    const scene = world.scene(t, () => (well ? 200 : 500));
    const rules = { schedule: [LONG_MS, LONG_MS, LONG_MS], random: () => 0 };
    const first = await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start({ rules });
    await untilRows(id, 1);
    await world.apply(id, 'pause');
    await world.apply(id, 'resume');
    await waitFor(() => scene.toldTo('a').length === 2, { what: 'the attempt of the resumed one' });
    await dispatcher.stop();
    // a start is no reason to try sooner
    scene.start({ rules });
    well = true;
    const other = await scene.append('M2', 2);
    await untilPosition(id, other);
    assert.deepEqual(scene.positionsTold('a'), [first, first, other]);
    await world.apply(id, 'pause');
    await world.apply(id, 'resume');
    await untilRows(id, 0);
    assert.deepEqual(scene.positionsTold('a'), [first, first, other, first]);
  });

  it('is not disabled for the time in which it was paused', async (t) => {
    const scene = world.scene(t, () => 500);
    await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start();
    await untilRows(id, 1);
    await world.apply(id, 'pause');
    await waitFor(() => dispatcher.status().length === 0, { what: 'the end of its line' });
    world.skip(DAYS_MS);
    await world.apply(id, 'resume');
    const before = scene.toldTo('a').length;
    await waitFor(() => scene.toldTo('a').length > before + 1, { what: 'two attempts' });
    assert.equal((await world.find(id)).status, 'active');
  });

  it('sends nothing once more that another process delivered while that had the lease', async (t) => {
    const { open, opened } = gate();
    t.after(open);
    let status = 500;
    const scene = world.scene(t, () => status);
    let isOurs = true;
    let acquired = 0;
    const acquire: WebhooksDeps['leases']['acquire'] = async (name) => {
      if (acquired > 0) await opened;
      const lease = await world.deps.leases.acquire(name);
      acquired += 1;
      isOurs = true;
      return lease && { ...lease, isValid: () => isOurs && lease.isValid() };
    };
    const dispatcher = scene.start({
      rules: { schedule: [LONG_MS], random: () => 0 },
      leases: { acquire },
    });
    const id = await scene.register('a');
    const first = await scene.append('M1');
    await untilPosition(id, first);
    status = 200;
    isOurs = false;
    await waitFor(() => dispatcher.status().length === 0, { what: 'the end of its line' });
    assert.equal(dispatcher.isDelivering(), false);
    await world.deliverElsewhere(id, [first], await scene.append('M2'));
    open();
    await waitFor(() => dispatcher.status().length === 1, { what: 'the lease once more' });
    assert.equal(dispatcher.isDelivering(), true);
    world.skip(LONG_MS);
    const last = await scene.append('M3');
    await untilPosition(id, last);
    assert.deepEqual(scene.positionsTold('a'), [first, last]);
  });

  it('parks nothing once another process may have the lease: that one delivers it', async (t) => {
    const { open, opened } = gate();
    t.after(open);
    const scene = world.scene(t, () => 500);
    let isOurs = true;
    let telling = 0;
    const acquire: WebhooksDeps['leases']['acquire'] = async (name) => {
      if (!isOurs) return null;
      const lease = await world.deps.leases.acquire(name);
      return lease && { ...lease, isValid: () => isOurs && lease.isValid() };
    };
    const tell: WebhooksDeps['tell'] = async (...asked) => {
      telling += 1;
      await opened;
      return world.deps.tell(...asked);
    };
    const id = await scene.register('a');
    const first = await scene.append('M1');
    const dispatcher = scene.start({ leases: { acquire }, tell });
    await waitFor(() => telling === 1, { what: 'a delivery under way' });
    isOurs = false;
    await world.deliverElsewhere(id, [], first);
    open();
    await waitFor(() => dispatcher.status().length === 0, { what: 'the end of its line' });
    assert.deepEqual([await world.rowsOf(id), scene.positionsTold('a')], [0, [first]]);
  });

  it('whose target came with no archive says what mends it', async (t) => {
    const scene = world.scene(t);
    await scene.register('lost');
    const dispatcher = scene.start({ targets: { ...world.deps.targets, find: async () => null } });
    const failure = () => dispatcher.status()[0]?.failure ?? '';
    await waitFor(() => failure().includes('register it anew'), { what: 'what mends it' });
  });

  it('is stopped without reading the rest of the log where it is behind', async (t) => {
    const WINDOW = 1_000;
    const END = 1_500;
    const scene = world.scene(t, () => undefined);
    for (let n = 0; n < END; n += 500)
      await Promise.all(Array.from({ length: 500 }, (_, index) => scene.append(`M${n + index}`)));
    let read = 0;
    const log: WebhooksDeps['log'] = {
      ...world.deps.log,
      async *read(stretch) {
        for await (const batch of world.deps.log.read(stretch, { max: 1 })) {
          read += batch.length;
          yield batch;
        }
      },
    };
    await scene.register('a');
    const dispatcher = scene.start({ log });
    await waitFor(() => read > WINDOW, { what: 'a full window' });
    await dispatcher.stop();
    assert.ok(read < WINDOW + 10, `${read} of ${END} were read`);
  });
});

describe('a replay', () => {
  it('is not delivered a second time where its end could not be decided at once', async (t) => {
    const COUNT = 20;
    const scene = world.scene(t);
    let last = 0;
    for (let n = 1; n <= COUNT; n++) last = await scene.append(`M${n}`, n % 3);
    await scene.append('M-later');
    const id = await scene.register('a', 'now');
    await world.replay(id, last);
    let refusals = 0;
    const endReplay: WebhooksDeps['endReplay'] = async (webhookId, replayId) => {
      refusals += 1;
      if (refusals === 1) throw away();
      return world.deps.endReplay(webhookId, replayId);
    };
    const dispatcher = scene.start({ endReplay });
    await waitFor(() => refusals === 1, { what: 'a refused end' });
    await scene.register('b', 'now'); // any news of webhooks
    await waitFor(async () => (await world.find(id)).replays.length === 0, { what: 'the end of the replay' });
    await dispatcher.stop();
    assert.equal(scene.toldTo('a').length, COUNT);
  });

  it('that fails does not disable a webhook', async (t) => {
    const scene = world.scene(t, ({ headers }) => (headers['wildcat-replay'] === undefined ? 200 : 400));
    const last = await scene.append('M1');
    const id = await scene.register('a', 'now');
    await world.replay(id, last);
    const dispatcher = scene.start();
    for (const attempts of [1, 2, 3]) {
      await waitFor(() => scene.toldTo('a').length >= attempts, { what: `attempt ${attempts}` });
      world.skip(DAYS_MS);
    }
    await dispatcher.stop();
    assert.equal((await world.find(id)).status, 'active');
  });
});

describe('a parked delivery', () => {
  it('that is given up while the log is away is told of later', async (t) => {
    const scene = world.scene(t, () => 500);
    let refusals = 0;
    const log: WebhooksDeps['log'] = {
      ...world.deps.log,
      append: async () => {
        refusals += 1;
        throw away();
      },
    };
    const rules = { schedule: [100], random: () => 0 };
    const position = await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start({ rules, log });
    await waitFor(() => refusals > 0, { what: 'a refused append' });
    await dispatcher.stop();
    scene.start({ rules });
    const { data } = await world.event('_sys', 'webhook.delivery_exhausted', position);
    assert.deepEqual([data.webhookId, data.position], [id, position]);
  });

  it('is sent once where a kill makes its line read it again', async (t) => {
    let status = 500;
    const scene = world.scene(t, () => status);
    const rules = { schedule: [LONG_MS], random: () => 0 };
    const failing = await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start({ rules });
    await untilRows(id, 1);
    const behind = await scene.append('M2');
    await untilPosition(id, behind);
    assert.equal(await world.rowsOf(id), 2, 'it waits behind it');
    await dispatcher.stop();
    await world.forgetPosition(id);
    status = 200;
    world.skip(LONG_MS);
    const last = await scene.append('M3');
    scene.start({ rules });
    await waitFor(() => scene.positionsTold('a').includes(last), { what: 'what comes behind them' });
    assert.deepEqual(scene.positionsTold('a'), [failing, failing, behind, last]);
    await untilRows(id, 0);
  });

  it('is not sent once the webhook does not ask for it any more', async (t) => {
    let status = 500;
    const scene = world.scene(t, () => status);
    await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start({ rules: { schedule: [LONG_MS], random: () => 0 } });
    await untilRows(id, 1);
    await world.change(id, { accounts: ['another'] });
    status = 200;
    world.skip(LONG_MS);
    await untilRows(id, 0);
    await dispatcher.stop();
    assert.equal(scene.toldTo('a').length, 1);
  });

  it('is forgotten then also where a kill came before the position of its line was kept', async (t) => {
    const scene = world.scene(t, () => 500);
    const rules = { schedule: [LONG_MS], random: () => 0 };
    await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start({ rules });
    await untilRows(id, 1);
    await dispatcher.stop();
    await world.forgetPosition(id);
    await world.change(id, { accounts: ['another'] });
    world.skip(LONG_MS);
    scene.start({ rules });
    await untilRows(id, 0);
    assert.equal(scene.toldTo('a').length, 1);
  });

  it('waits where this build cannot read its event', async (t) => {
    const scene = world.scene(t, () => 500);
    const position = await scene.append('M1');
    const id = await scene.register('a');
    const dispatcher = scene.start();
    await untilPosition(id, position);
    await dispatcher.stop();
    let asked = 0;
    const log: WebhooksDeps['log'] = {
      ...world.deps.log,
      at: async (seq) => {
        asked += 1;
        return { kind: 'undecodable', seq, subject: '', aggregate: '', error: new Error('of a newer build') };
      },
    };
    const before = scene.toldTo('a').length;
    const older = scene.start({ log });
    await waitFor(() => asked > 1, { what: 'another look' });
    await older.stop();
    assert.deepEqual([await world.rowsOf(id), scene.toldTo('a').length], [1, before]);
  });
});
