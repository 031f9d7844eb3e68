import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ensureStream } from '../../../src/adapters/jetstream/stream.ts';
import { createLeases } from '../../../src/adapters/lease.ts';
import { hasCode } from '../../../src/errors.ts';
import { openLog, readAll, received, type TestLog, waIdsOf } from '../../support/log.ts';
import { keepPromises } from '../../support/log-promises.ts';
import { type NatsCluster, startCluster } from '../../support/nats-cluster.ts';
import { silentLog } from '../../support/silent-log.ts';
import { waitFor } from '../../support/wait.ts';

const ROUNDS = 4;
const LEASES = 'KV_WILDCAT_LEASES';

describe('three NATS servers', () => {
  let cluster: NatsCluster;
  let open: TestLog;
  before(async () => {
    cluster = await startCluster();
    open = await openLog(cluster.url);
  });
  after(async () => {
    await open.close();
    await cluster.stop();
  });

  it('hold leases as they hold the log: both outlive a server', async () => {
    await createLeases({ nc: open.nc, node: 'a', log: silentLog });
    await open.jsm.streams.update('WILDCAT', { num_replicas: 3 });
    const leases = await createLeases({ nc: open.nc, node: 'a', log: silentLog });
    const { leader, others } = await cluster.placesOf(LEASES);
    assert.equal(others.length, 2);
    await cluster.kill(leader, 'SIGKILL');
    const lease = await waitFor(() => leases.acquire('shop').catch(() => null), { what: 'a lease' });
    assert.ok(lease.isValid());
    await lease.release();
    await cluster.start(leader);
  });

  it('know an event by its id though its first send is still under way', async () => {
    await cluster.placesOf('WILDCAT');
    const twice = Array.from({ length: 20 }, (_, n) => [received(`T${n}`), received(`T${n}`)]).flat();
    const acks = await Promise.all(twice.map((event) => open.log.append(event)));
    assert.equal(new Set(acks.map(({ seq }) => seq)).size, 20);
  });

  it('give all that the log holds, though a replica lags behind', async () => {
    const { others } = await cluster.placesOf('WILDCAT');
    const lagging = others.find((name) => !cluster.serves(name, open.nc.getServer())) ?? '';
    await cluster.kill(lagging, 'SIGSTOP');
    const { lastSeq } = await open.log.state();
    const ids = Array.from({ length: 6_000 }, (_, n) => `L${n}`);
    await Promise.all(ids.map((id) => open.log.append(received(id))));
    await cluster.kill(lagging, 'SIGCONT');
    // a consumer lives with any of the three
    const stretch = { subjects: ['wildcat.shop.message.>'], after: lastSeq };
    const reads = await Promise.all(Array.from({ length: 12 }, () => readAll(open.log, stretch)));
    assert.deepEqual(
      reads.map((entries) => waIdsOf(entries).length),
      reads.map(() => ids.length),
    );
    // disturbed while one of it still caught up, a cluster once took no writes for 40 s
    await cluster.placesOf('WILDCAT');
    await open.log.purge('shop', (await open.log.state()).lastSeq + 1);
  });

  it(`keep every promise over ${ROUNDS} kills of whoever leads`, async () => {
    const disturb = async (): Promise<void> => {
      const { leader } = await cluster.placesOf('WILDCAT');
      await cluster.kill(leader, 'SIGKILL');
      await cluster.start(leader);
    };
    await keepPromises(cluster.url, { rounds: ROUNDS, disturb });
    await cluster.placesOf('WILDCAT');
  });

  it('keep the order of a chat though the leader changes again and again', async () => {
    const stepDown = async (): Promise<void> => {
      await cluster.placesOf('WILDCAT');
      await open.nc.request('$JS.API.STREAM.LEADER.STEPDOWN.WILDCAT', '', { timeout: 5_000 });
    };
    await keepPromises(cluster.url, { rounds: 20, disturb: stepDown });
  });

  it('say what to do where none of them has room for the log', async () => {
    await open.jsm.streams.delete('WILDCAT');
    await assert.rejects(
      ensureStream(open.jsm, { maxBytes: 50_000_000_000, dedupeMs: 600_000, dataDir: '.' }, silentLog),
      (error) => hasCode(error, 'misconfigured') && error.message.includes('set LOG_MAX_BYTES lower'),
    );
  });
});
