import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createGate } from '../../../../src/adapters/baileys/output-commit/gate.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

const setup = () => {
  const sent: string[] = [];
  const at = { newest: 0, durable: 0, mine: true, invalid: 0 };
  const writes: number[] = [];
  const socket = { send: (frame: Uint8Array) => void sent.push(Buffer.from(frame).toString()) };
  const gate = createGate(socket, {
    newest: () => at.newest,
    durable: () => at.durable,
    isValid: () => at.mine,
    together: (act) => {
      const before = sent.length;
      act();
      writes.push(sent.length - before);
    },
    onInvalid: () => {
      at.invalid++;
    },
  });
  const send = (text: string): boolean => {
    let called = false;
    const withCallback: { send: (frame: Uint8Array, callback?: () => void) => void } = socket;
    withCallback.send(Buffer.from(text), () => {
      called = true;
    });
    return called;
  };
  return { sent, writes, at, gate, send };
};

it('lets a frame out when what came before it is durable, and tells the sender at once', async () => {
  const { sent, at, gate, send } = setup();
  at.newest = 2;
  assert.ok(send('receipt'));
  await turn();
  at.durable = 1;
  gate.pump();
  assert.deepEqual(sent, []);
  at.durable = 2;
  gate.pump();
  assert.deepEqual(sent, ['receipt']);
});

it('counts as before what was queued in the same turn after the frame', async () => {
  const { sent, at, gate, send } = setup();
  send('ack of a newsletter');
  at.newest = 1;
  await turn();
  assert.deepEqual(sent, []);
  at.durable = 1;
  gate.pump();
  assert.deepEqual(sent, ['ack of a newsletter']);
});

it('keeps the order and does not wait for what comes later', async () => {
  const { sent, at, gate, send } = setup();
  at.newest = 1;
  send('one');
  await turn();
  at.newest = 2;
  send('two');
  await turn();
  at.newest = 3;
  at.durable = 1;
  gate.pump();
  assert.deepEqual(sent, ['one']);
  at.durable = 2;
  gate.pump();
  assert.deepEqual(sent, ['one', 'two']);
});

it('lets one frame after another out by itself where nothing is to be waited for', async () => {
  const { sent, gate, send } = setup();
  let left = 0;
  for (const count of [1, 2, 3]) {
    send('frame');
    await turn();
    assert.equal(sent.length, count);
    gate.onceLeft(() => left++);
    assert.equal(left, count, 'at once, since none waits');
  }
});

it('tells when the newest frame has left', async () => {
  const { at, gate, send } = setup();
  let left = false;
  at.newest = 1;
  send('one');
  gate.onceLeft(() => {
    left = true;
  });
  await turn();
  assert.equal(left, false);
  at.durable = 1;
  gate.pump();
  assert.equal(left, true);
});

it('lets nothing out without the lease, and says so once', async () => {
  const { sent, at, gate, send } = setup();
  at.mine = false;
  send('one');
  send('two');
  await turn();
  gate.pump();
  at.mine = true;
  send('three');
  await turn();
  assert.deepEqual([sent, at.invalid], [[], 1]);
});

it('drops what it holds when it is closed', async () => {
  const { sent, at, gate, send } = setup();
  at.newest = 1;
  send('held');
  await turn();
  gate.close();
  at.durable = 1;
  gate.pump();
  assert.ok(send('late'));
  await turn();
  assert.deepEqual(sent, []);
  const idle = setup();
  idle.gate.close();
  assert.ok(idle.send('late'));
  await turn();
  assert.deepEqual(idle.sent, []);
});

it('lets all that waited for one commit leave in one write, and tells so afterwards', async () => {
  const { writes, at, gate, send } = setup();
  const told: number[] = [];
  at.newest = 1;
  for (const text of ['one', 'two', 'three']) send(text);
  gate.onceLeft(() => void told.push(...writes));
  await turn();
  gate.pump();
  assert.deepEqual(writes, []);
  at.durable = 1;
  gate.pump();
  gate.pump();
  assert.deepEqual([writes, told], [[3], [3]]);
});
