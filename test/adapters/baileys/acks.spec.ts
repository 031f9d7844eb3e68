import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { createAcks } from '../../../src/adapters/baileys/acks.ts';

const now = () => new Date('2026-01-01T00:00:00.000Z');
const ack = (attrs: Record<string, string>) => ({ tag: 'ack', attrs });

it("tells the server's answer, with its time or its code", async () => {
  const acks = createAcks(now);
  const [good, bad] = [acks.wait('A'), acks.wait('B')];
  acks.receive(ack({ id: 'A', t: '1700000000' }));
  acks.receive(ack({ id: 'B', error: '463' }));
  acks.receive(ack({ id: 'nobody asked' }));
  assert.deepEqual(await good.outcome, { kind: 'acked', at: 1_700_000_000 });
  assert.deepEqual(await bad.outcome, { kind: 'refused', code: 463, reason: 'WhatsApp refused it (463)' });
});

it('counts 20 s of silence from the moment the frame has left, and never calls it failed', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const acks = createAcks(now);
  const { outcome, left } = acks.wait('A');
  mock.timers.tick(60_000);
  left();
  mock.timers.tick(19_999);
  acks.receive(ack({ id: 'B' }));
  mock.timers.tick(1);
  mock.timers.reset();
  assert.deepEqual(await outcome, { kind: 'unknown', reason: 'no answer for 20 s' });
});

it('knows of nothing still open when the connection is gone, or when it is sent again', async () => {
  const acks = createAcks(now);
  const first = acks.wait('A');
  const second = acks.wait('A');
  assert.equal((await first.outcome).kind, 'unknown');
  acks.close('gone');
  assert.deepEqual(await second.outcome, { kind: 'unknown', reason: 'gone' });
});
