import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WildcatError } from '../../src/errors.ts';
import type { EventLog } from '../../src/ports/event-log.ts';
import { startWebhooks } from '../../src/reactors/webhooks.ts';
import { recordedAt } from '../support/spec.ts';
import { waitFor } from '../support/wait.ts';
import { message } from '../support/webhook-events.ts';
import { dispatcherWorld } from './support/dispatcher.ts';

const DAYS_MS = 2 * 86_400_000;
const LIMIT_MS = 8_000;
const paused = (webhookId: string) => ({ type: 'webhook.paused' as const, data: { webhookId } });
const resumed = (webhookId: string) => ({ type: 'webhook.resumed' as const, data: { webhookId } });
const away = () => new WildcatError('unavailable', 'NATS is away');

describe('a webhook', () => {
  it('is delivered to when it is resumed before its line has ended', async () => {
    let isGone = false;
    const world = dispatcherWorld(({ webhook }) => {
      if (webhook === 'wh_hangs') return new Promise<number>(() => {});
      return isGone ? 410 : 200;
    });
    world.add(message('M1', 1), 1);
    world.create('wh_hangs');
    world.create('wh_gone');
    const dispatcher = startWebhooks(world.deps);
    await waitFor(() => world.told.length === 2, { what: 'a request to both' });
    isGone = true;
    world.decide(paused('wh_hangs')); // nothing else is put in order until its line has ended
    world.add(message('M2', 1), 2);
    await waitFor(() => world.disabled.length === 1, { what: 'wh_gone disabled' });
    isGone = false;
    world.decide(resumed('wh_gone'));
    const before = world.seqsOf('wh_gone').length;
    await waitFor(() => world.seqsOf('wh_gone').length > before, {
      what: 'another request',
      ms: LIMIT_MS,
    }).finally(dispatcher.stop);
  });

  it('is not disabled for the time in which it was paused', async () => {
    const world = dispatcherWorld(() => 500);
    world.add(message('M1', 1), 1);
    world.create('wh_a');
    const dispatcher = startWebhooks(world.deps);
    await waitFor(() => world.rows.size === 1, { what: 'a failure' });
    world.decide(paused('wh_a'));
    await waitFor(() => dispatcher.status().length === 0, { what: 'the end of its line' });
    world.skip(DAYS_MS);
    world.decide(resumed('wh_a'));
    const before = world.told.length;
    await waitFor(() => world.told.length > before + 1, { what: 'two attempts', ms: LIMIT_MS }).finally(
      dispatcher.stop,
    );
    assert.deepEqual(world.disabled, []);
  });

  it('sends nothing once more that another process delivered while that had the lease', async () => {
    let status = 500;
    const world = dispatcherWorld(() => status);
    const RETRY_MS = 60_000;
    let isValid = true;
    let acquired = 0;
    const acquire = async () => {
      acquired += 1;
      isValid = true;
      return { epoch: acquired, isValid: () => isValid, onLost: () => {}, release: async () => {} };
    };
    const rules = { schedule: [RETRY_MS], random: () => 0 };
    const dispatcher = startWebhooks({ ...world.deps, rules, leases: { acquire } });
    const positionIs = (seq: number) =>
      waitFor(() => world.positions.get('webhook/wh_a')?.seq === seq, {
        what: `position ${seq}`,
        ms: LIMIT_MS,
      });
    world.create('wh_a');
    world.add(message('M1', 1), 1);
    await positionIs(1);
    status = 200;
    world.rows.clear(); // delivered by the other one, and 2 after it
    world.positions.set('webhook/wh_a', { seq: 2, stream: 'x' });
    isValid = false;
    await waitFor(() => acquired === 2, { what: 'the lease once more' });
    world.skip(RETRY_MS);
    world.add(message('M3', 1), 3);
    await positionIs(3).finally(dispatcher.stop);
    assert.deepEqual(world.seqsOf('wh_a'), [1, 3]);
  });

  it('is stopped without reading the rest of the log where it is behind', async () => {
    const world = dispatcherWorld(() => new Promise<number>(() => {}));
    const END = 20_000;
    const WINDOW = 1_000;
    let read = 0;
    const log: EventLog = {
      ...world.deps.log,
      async *read() {
        while (read < END) {
          read += 1;
          // as from a server: what is stopped has its turn in between
          await new Promise((resolve) => setImmediate(resolve));
          yield [{ kind: 'event', seq: read, event: recordedAt(message(`M${read}`, 1), read - 1) }];
        }
      },
    };
    world.create('wh_a');
    const dispatcher = startWebhooks({ ...world.deps, log });
    await waitFor(() => read > WINDOW, { what: 'a full window' });
    await dispatcher.stop();
    assert.ok(read < WINDOW + 10, `${read} of ${END} were read`);
  });
});

describe('a replay', () => {
  it('is not delivered a second time where its end could not be decided at once', async () => {
    const world = dispatcherWorld(() => 200);
    let refusals = 0;
    const endReplay = async (webhookId: string, replayId: string) => {
      refusals += 1;
      if (refusals === 1) throw away();
      return world.deps.endReplay(webhookId, replayId);
    };
    for (let seq = 1; seq <= 20; seq++) world.add(message(`M${seq}`, seq % 3), seq);
    world.create('wh_a', 1_000);
    world.replay('wh_a', 20);
    const dispatcher = startWebhooks({ ...world.deps, endReplay });
    await waitFor(() => refusals === 1, { what: 'a refused end' });
    world.create('wh_b', 1_000); // any news of webhooks
    await waitFor(() => world.replays('wh_a').length === 0, { what: 'the end of the replay' });
    await dispatcher.stop();
    assert.equal(world.told.length, 20);
  });

  it('that fails does not disable a webhook', async () => {
    const world = dispatcherWorld(({ replay }) => (replay === null ? 200 : 400));
    world.add(message('M1', 1), 1);
    world.create('wh_a', 1);
    world.replay('wh_a', 1);
    const dispatcher = startWebhooks(world.deps);
    for (const attempts of [1, 2, 3]) {
      await waitFor(() => world.told.length >= attempts, { what: `attempt ${attempts}`, ms: LIMIT_MS });
      world.skip(DAYS_MS);
    }
    await dispatcher.stop();
    assert.deepEqual(world.disabled, []);
  });
});

describe('a parked delivery', () => {
  it('that is given up while the log is away is told of later', async () => {
    const world = dispatcherWorld(() => 500);
    let refusals = 0;
    const log: EventLog = {
      ...world.deps.log,
      append: async () => {
        refusals += 1;
        throw away();
      },
    };
    const deps = { ...world.deps, rules: { schedule: [100], random: () => 0 } };
    world.add(message('M1', 1), 1);
    world.create('wh_a');
    const dispatcher = startWebhooks({ ...deps, log });
    await waitFor(() => refusals > 0, { what: 'a refused append' });
    await dispatcher.stop();
    const next = startWebhooks(deps);
    await waitFor(() => world.appended.length > 0, { what: 'its event', ms: LIMIT_MS }).finally(next.stop);
    assert.equal(world.appended[0]?.type, 'webhook.delivery_exhausted');
  });

  it('is not sent once the webhook does not ask for it any more', async () => {
    let status = 500;
    const world = dispatcherWorld(() => status);
    world.add(message('M1', 1, 'private'), 1);
    world.create('wh_a');
    const dispatcher = startWebhooks(world.deps);
    await waitFor(() => world.rows.size === 1, { what: 'a row' });
    world.update('wh_a', { accounts: ['shop'] });
    const before = world.told.length;
    status = 200;
    await waitFor(() => world.rows.size === 0, { what: 'no row' });
    await dispatcher.stop();
    assert.equal(world.told.length, before);
  });

  it('waits where this build cannot read its event', async () => {
    const world = dispatcherWorld(() => 500);
    world.add(message('M1', 1), 1);
    world.create('wh_a');
    const dispatcher = startWebhooks(world.deps);
    await waitFor(() => world.positions.get('webhook/wh_a')?.seq === 1, { what: 'a position behind it' });
    await dispatcher.stop();
    let asked = 0;
    const log: EventLog = {
      ...world.deps.log,
      at: async (seq) => {
        asked += 1;
        return { kind: 'undecodable', seq, subject: '', error: new Error('of a newer build') };
      },
    };
    const older = startWebhooks({ ...world.deps, log });
    await waitFor(() => asked > 1, { what: 'another look', ms: LIMIT_MS }).finally(older.stop);
    assert.equal(world.rows.size, 1);
  });
});
