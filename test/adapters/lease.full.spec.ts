import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { createLeases } from '../../src/adapters/lease.ts';
import { hasCode } from '../../src/errors.ts';
import type { Lease, Leases } from '../../src/ports/whatsapp.ts';
import { FAST } from '../support/lease-times.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';

const held = (lease: Lease | null): Lease => {
  assert.ok(lease !== null, 'somebody else has it');
  return lease;
};

describe('a lease', () => {
  let nats: TestServer;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    nats = await startNats();
  });
  after(() => nats.stop());

  /** A node with a connection of its own. */
  const node = async (name: string) => {
    const nc = await connectNats({ url: nats.url, name }, silentLog);
    ends.push(() => nc.close());
    return { nc, leases: await createLeases({ nc, node: name, log: silentLog, times: FAST }) };
  };
  let a: Leases;
  let b: Leases;
  beforeEach(async () => {
    a = (await node('a')).leases;
    b = (await node('b')).leases;
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    const nc = await connectNats({ url: nats.url, name: 'wipe' }, silentLog);
    await (await jetstreamManager(nc)).streams.purge('KV_WILDCAT_LEASES');
    await nc.close();
  });

  it('is had by one node at a time', async () => {
    const won = (await Promise.all([a.acquire('shop'), b.acquire('shop')])).filter((lease) => lease !== null);
    assert.equal(won.length, 1);
    assert.equal((await a.acquire('other'))?.isValid(), true);
    const holder = (await a.holder('shop')) ?? '';
    assert.ok(['a', 'b'].includes(holder));
    assert.equal(await b.holder('nobody'), null);
    assert.equal(await (holder === 'a' ? b : a).acquire('shop'), null);
  });

  it('is renewed for as long as it is wanted, and free at once after', async () => {
    const lease = held(await a.acquire('shop'));
    const start = performance.now();
    while (performance.now() < start + 2 * FAST.ttlMs) {
      assert.ok(lease.isValid());
      assert.equal(await b.acquire('shop'), null);
    }
    await lease.release();
    assert.equal(lease.isValid(), false);
    assert.equal(await b.holder('shop'), null);
    held(await b.acquire('shop'));
  });

  it('is taken back at once by the node that left it behind, which ends the older one', async () => {
    const first = held(await a.acquire('shop'));
    let lost = 0;
    first.onLost(() => lost++);
    const again = held(await a.acquire('shop'));
    assert.ok(again.epoch > first.epoch);
    await waitFor(() => lost === 1, { what: 'loss of the first' });
    assert.deepEqual([first.isValid(), again.isValid()], [false, true]);
    await first.release();
    assert.equal(await a.holder('shop'), 'a');
  });

  it('is let go of by nobody else, though its predecessor does not know yet that it is over', async () => {
    const first = held(await a.acquire('shop'));
    held(await a.acquire('shop'));
    await first.release();
    assert.equal(await a.holder('shop'), 'a');
  });

  it('is free at once, though a renewal was under way', async () => {
    const { nc, leases } = await node('c');
    const lease = held(await leases.acquire('shop'));
    await nats.kill('SIGSTOP');
    const { outMsgs } = nc.stats();
    await waitFor(() => nc.stats().outMsgs > outMsgs, { what: 'renewal' });
    const released = lease.release();
    await nats.kill('SIGCONT');
    await released;
    assert.equal(await b.holder('shop'), null);
  });

  it('has a higher epoch each time, whoever takes it, after running out, a kill and a lost bucket', async () => {
    const epochs: number[] = [];
    const take = async (leases: Leases): Promise<void> => {
      const lease = held(await waitFor(() => leases.acquire('shop'), { what: 'lease' }));
      epochs.push(lease.epoch);
    };
    await take(a);
    await Promise.all(ends.splice(0).map((end) => end())); // nobody renews any more
    const late = await node('late');
    await take(late.leases);
    await late.nc.close();
    const watch = await jetstreamManager((await node('watch')).nc);
    const isEmpty = async () => (await watch.streams.info('KV_WILDCAT_LEASES')).state.messages === 0;
    await waitFor(isEmpty, { what: 'empty bucket' });
    await nats.kill('SIGKILL');
    await nats.restart();
    const { nc, leases } = await node('after the kill');
    await take(leases);
    await (await jetstreamManager(nc)).streams.delete('KV_WILDCAT_LEASES');
    await take((await node('new bucket')).leases);
    assert.deepEqual(
      epochs,
      [...epochs].sort((x, y) => x - y),
    );
    assert.equal(new Set(epochs).size, 4);
  });

  it('is lost, and said to be so once, when NATS is away for too long', async () => {
    const lease = held(await a.acquire('shop'));
    let lost = 0;
    lease.onLost(() => lost++);
    await nats.kill('SIGSTOP');
    const start = performance.now();
    await waitFor(() => lost > 0, { what: 'loss' });
    assert.ok(performance.now() - start < FAST.ttlMs);
    assert.equal(lease.isValid(), false);
    await assert.rejects(a.acquire('shop'), (error) => hasCode(error, 'unavailable'));
    await assert.rejects(a.holder('shop'), (error) => hasCode(error, 'unavailable'));
    await nats.kill('SIGCONT');
    const next = held(await waitFor(() => b.acquire('shop'), { what: 'lease for the other' }));
    assert.ok(next.epoch > lease.epoch);
    assert.equal(lost, 1);
    let late = 0;
    lease.onLost(() => late++);
    await waitFor(() => late === 1, { what: 'the news for a late listener' });
  });

  it('survives a renewal whose ack was lost', async () => {
    const { nc, leases } = await node('c');
    const lease = held(await leases.acquire('shop'));
    const watch = await jetstreamManager((await node('watch')).nc);
    const lastSeq = async () => (await watch.streams.info('KV_WILDCAT_LEASES')).state.last_seq;
    for (let round = 0; round < 3; round++) {
      // a renewal is under way, is stored, and nobody is there to hear of it
      await nats.kill('SIGSTOP');
      const { outMsgs } = nc.stats();
      await waitFor(() => nc.stats().outMsgs > outMsgs, { what: 'renewal' });
      await nc.reconnect();
      await nats.kill('SIGCONT');
      const seq = await lastSeq();
      await waitFor(async () => (await lastSeq()) > seq + 1, { what: 'renewals', ms: FAST.ttlMs });
      assert.ok(lease.isValid(), `round ${round}`);
    }
    assert.ok(lease.isValid());
    assert.equal(await leases.holder('shop'), 'c');
    await lease.release();
  });

  it('is invalid in a process that was stopped, before it does anything', async () => {
    const script = fileURLToPath(new URL('./lease-holder.js', import.meta.url));
    const child = spawn(process.execPath, [script, nats.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      let lines: string[] = [];
      child.stdout.on('data', (chunk) => lines.push(...String(chunk).trimEnd().split('\n')));
      await waitFor(() => lines.includes('valid'), { what: 'valid lease' });
      const epoch = Number(lines[0]?.replace('epoch ', ''));
      child.kill('SIGSTOP');
      const next = held(await waitFor(() => b.acquire('shop'), { what: 'lease for the other' }));
      assert.ok(next.epoch > epoch);
      lines = []; // what it said before it was stopped has long arrived
      child.kill('SIGCONT');
      await waitFor(() => lines.filter((line) => line === 'invalid').length > 20, { what: 'invalid lease' });
      assert.deepEqual([lines.includes('valid'), lines.filter((line) => line === 'lost').length], [false, 1]);
      assert.ok(next.isValid());
    } finally {
      child.kill('SIGKILL');
    }
  });
});
