import assert from 'node:assert/strict';
import { it, mock } from 'node:test';
import { createAcks } from '../../../../src/adapters/baileys/sending/acks.ts';

const now = () => new Date('2026-01-01T00:00:00.000Z');
const ack = (attrs: Record<string, string>) => ({ tag: 'ack', attrs });

it("tells the server's answer, with its time or its code", async () => {
  const acks = createAcks(now);
  const [good, bad] = [acks.wait('A'), acks.wait('B')];
  acks.receive(ack({ id: 'A', t: '1700000000' }));
  acks.receive(ack({ id: 'B', error: '463' }));
  acks.receive(ack({ id: 'nobody asked' }));
  const [undated, wordy] = [acks.wait('C'), acks.wait('D')];
  acks.receive(ack({ id: 'C' }));
  acks.receive(ack({ id: 'D', error: 'spam' }));
  assert.deepEqual(await undated.outcome, { kind: 'acked', at: now().getTime() / 1_000 });
  assert.deepEqual(await wordy.outcome, { kind: 'refused', code: 0, reason: 'WhatsApp refused it (spam)' });
  assert.deepEqual(await good.outcome, { kind: 'acked', at: 1_700_000_000 });
  const reason = 'WhatsApp does not let this account write to new people at the moment';
  assert.deepEqual(await bad.outcome, { kind: 'refused', code: 463, reason });
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

it('tells what the server says after the silence, once, and not of a send that went again', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const acks = createAcks(now);
  const late: unknown[] = [];
  const silent = (waId: string) => {
    const { left } = acks.wait(waId, (outcome) => late.push(outcome));
    left();
    mock.timers.tick(20_000);
  };
  for (const waId of ['A', 'B']) silent(waId);
  mock.timers.reset();
  const again = acks.wait('B');
  for (const id of ['A', 'A', 'B']) acks.receive(ack({ id, t: '1700000000' }));
  assert.deepEqual(late, [{ kind: 'acked', at: 1_700_000_000 }]);
  assert.equal((await again.outcome).kind, 'acked');
});

it('tells it also where Baileys threw after the frame had left', () => {
  const acks = createAcks(now);
  const late: unknown[] = [];
  acks.wait('A', (outcome) => late.push(outcome)).give({ kind: 'unknown', reason: 'no disk' });
  acks.receive(ack({ id: 'A', t: '1700000000' }));
  assert.deepEqual(late, [{ kind: 'acked', at: 1_700_000_000 }]);
});

it('tells nothing more of what is known, nor of a try that is over what the next one waits for', async () => {
  const acks = createAcks(now);
  const late: string[] = [];
  const first = acks.wait('A', () => late.push('first'));
  const second = acks.wait('A', () => late.push('second'));
  first.give({ kind: 'unknown', reason: 'Baileys threw after all' });
  for (const t of ['1700000000', '1700000001']) acks.receive(ack({ id: 'A', t }));
  assert.deepEqual(await second.outcome, { kind: 'acked', at: 1_700_000_000 });
  assert.deepEqual(late, []);
});

it('remembers the newest 1,000 that nothing was said about', () => {
  const acks = createAcks(now);
  const late: string[] = [];
  for (let n = 0; n <= 1_000; n++)
    acks.wait(`${n}`, () => late.push(`${n}`)).give({ kind: 'unknown', reason: 'silence' });
  for (const id of ['0', '1', '1000']) acks.receive(ack({ id }));
  assert.deepEqual(late, ['1', '1000']);
});

it('knows of nothing still open when the connection is gone, or when it is sent again', async () => {
  const acks = createAcks(now);
  const first = acks.wait('A');
  const second = acks.wait('A');
  assert.equal((await first.outcome).kind, 'unknown');
  acks.close('gone');
  assert.deepEqual(await second.outcome, { kind: 'unknown', reason: 'gone' });
});
