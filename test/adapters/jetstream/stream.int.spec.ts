import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { type JetStreamManager, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../../../src/adapters/jetstream/connect.ts';
import { ensureStream, planStream } from '../../../src/adapters/jetstream/stream.ts';
import { freePort } from '../../../src/adapters/services/ports.ts';
import { hasCode } from '../../../src/errors.ts';
import { startNats, type TestServer } from '../../support/servers.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

const wish = { maxBytes: 50_000_000, dedupeMs: 600_000, dataDir: '.' };

describe('the stream', () => {
  let nats: TestServer;
  let nc: NatsConnection;
  let jsm: JetStreamManager;
  before(async () => {
    nats = await startNats();
    nc = await connectNats({ url: nats.url, name: 'spec' }, silentLog);
    jsm = await jetstreamManager(nc);
  });
  afterEach(() => jsm.streams.delete('WILDCAT').catch(() => false));
  after(async () => {
    await nc.close();
    await nats.stop();
  });

  const configNow = async (): Promise<StreamConfig> => (await jsm.streams.info('WILDCAT')).config;

  it('is set up as the log needs it, once', async () => {
    await ensureStream(jsm, wish, silentLog);
    const { created, config } = await jsm.streams.info('WILDCAT');
    assert.deepEqual(
      [config.subjects, config.storage, config.retention, config.discard, config.max_age, config.max_bytes],
      [['wildcat.>'], 'file', 'limits', 'new', 0, 50_000_000],
    );
    assert.ok(config.allow_atomic && config.allow_direct && !config.deny_purge);
    assert.equal(config.duplicate_window, 600_000_000_000);
    await ensureStream(jsm, wish, silentLog);
    assert.equal((await jsm.streams.info('WILDCAT')).created, created);
  });

  it('gets 80 % of the free disk where nobody says how much, and keeps it', async () => {
    const limit = { ...wish, maxBytes: null };
    await ensureStream(jsm, limit, silentLog);
    const { max_bytes } = await configNow();
    assert.ok(max_bytes > 1_000_000);
    await jsm.streams.update('WILDCAT', { max_bytes: 40_000_000 });
    await ensureStream(jsm, limit, silentLog);
    assert.equal((await configNow()).max_bytes, 40_000_000);
  });

  it('follows what may change', async () => {
    await ensureStream(jsm, wish, silentLog);
    await ensureStream(jsm, { ...wish, maxBytes: 60_000_000, dedupeMs: 1_000 }, silentLog);
    const config = await configNow();
    assert.deepEqual([config.max_bytes, config.duplicate_window], [60_000_000, 1_000_000_000]);
  });

  it('is set up by one of two that begin at once, for both', async () => {
    const wishes = [wish, { ...wish, maxBytes: 40_000_000 }];
    await Promise.all(wishes.map((one) => ensureStream(jsm, one, silentLog)));
    assert.ok([40_000_000, 50_000_000].includes((await configNow()).max_bytes));
  });

  it('says what to do where the disk can not hold it', async () => {
    await assert.rejects(
      ensureStream(jsm, { ...wish, maxBytes: 9e15 }, silentLog),
      (error) => hasCode(error, 'misconfigured') && error.message.includes('set LOG_MAX_BYTES lower'),
    );
  });

  const wrong: Record<string, Partial<StreamConfig>> = {
    'nats stream edit WILDCAT --subjects': { subjects: ['wildcat.>', 'other'] },
    'retention must be limits': { retention: 'interest' },
    'nats stream edit WILDCAT --discard new': { discard: 'old' },
    'nats stream edit WILDCAT --max-age 0': { max_age: 3_600_000_000_000 },
    'nats stream edit WILDCAT --max-msgs-per-subject=-1': { max_msgs_per_subject: 10 },
    'nats stream edit WILDCAT --max-msg-size=-1': { max_msg_size: 100_000 },
    'storage must be file': { storage: 'memory' },
    'persist_mode must not be async': { persist_mode: 'async', allow_atomic: false },
    'nats stream edit WILDCAT --allow-batch': { allow_atomic: false },
    'nats stream edit WILDCAT --ack': { no_ack: true, allow_atomic: false },
    'it must allow purges': { deny_purge: true },
  };
  for (const [mend, config] of Object.entries(wrong))
    it(`is refused otherwise: ${mend}`, async () => {
      const good: Partial<StreamConfig> = { subjects: ['wildcat.>'], discard: 'new', allow_atomic: true };
      await jsm.streams.add({ name: 'WILDCAT', ...good, ...config });
      await assert.rejects(ensureStream(jsm, wish, silentLog), (error) => {
        assert.ok(hasCode(error, 'misconfigured'));
        assert.ok(error.message.includes(mend), error.message);
        return true;
      });
    });

  it('is refused as a mirror, sealed, or with all that is wrong named at once', async () => {
    await ensureStream(jsm, wish, silentLog);
    const good = await configNow();
    assert.deepEqual(planStream(good, wish), { kind: 'update', changes: {} });
    const plan = planStream({ ...good, sealed: true, mirror: { name: 'OTHER' } }, wish);
    assert.ok(plan.kind === 'refuse' && plan.mends.length === 2);
  });
});

describe('a connection', () => {
  it('says where it could not be had, without the password', async () => {
    const port = await freePort();
    const expected = {
      [`nats://me:secret@127.0.0.1:${port}`]: `NATS at 127.0.0.1:${port} can't be reached`,
      [`me:secret@127.0.0.1:${port}, nats://127.0.0.1:${port}`]: `NATS at 127.0.0.1:${port}, 127.0.0.1:${port}`,
      'nats://me:secret@:x': 'NATS_URL is no URL',
      'nats://': 'NATS_URL is no URL',
    };
    for (const [url, message] of Object.entries(expected))
      await assert.rejects(connectNats({ url, name: 'spec' }, silentLog), (error) => {
        assert.ok(hasCode(error, 'misconfigured'));
        assert.ok(error.message.startsWith(message), error.message);
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
  });

  it('comes back by itself, however long the server is away', async () => {
    const nats = await startNats();
    const nc = await connectNats({ url: nats.url, name: 'spec' }, silentLog);
    const seen: string[] = [];
    const watch = async (): Promise<void> => {
      for await (const { type } of nc.status()) seen.push(type);
    };
    const watching = watch();
    await nats.kill('SIGKILL');
    // more dials than the client's default of ten
    await waitFor(() => seen.filter((type) => type === 'reconnecting').length > 12, { what: 'dials' });
    await nats.restart();
    await waitFor(() => seen.includes('reconnect'), { what: 'reconnect' });
    await nc.flush();
    await nc.close();
    await watching;
    await nats.stop();
  });
});
