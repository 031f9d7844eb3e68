import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { it } from 'node:test';
import { limitIntake } from '../../../../src/adapters/baileys/output-commit/intake.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('stops reading at a limit and goes on when half is done, also when handling fails', async () => {
  const events = new EventEmitter();
  const settle: (() => void)[] = [];
  const seen: unknown[] = [];
  const calls: string[] = [];
  events.on('message', (message: unknown) => {
    seen.push(message);
    return new Promise<void>((resolve, reject) =>
      settle.push(seen.length % 2 === 0 ? resolve : () => reject(new Error('x'))),
    );
  });
  const socket = { pause: () => void calls.push('pause'), resume: () => void calls.push('resume') };
  limitIntake(events, 'message', socket, { stop: 4, go: 2 });
  for (let n = 0; n < 3; n++) events.emit('message', n);
  assert.deepEqual([seen, calls], [[0, 1, 2], []]);
  events.emit('message', 3);
  assert.deepEqual(calls, ['pause']);
  settle[0]?.();
  await turn();
  assert.deepEqual(calls, ['pause']);
  settle[1]?.();
  await turn();
  assert.deepEqual(calls, ['pause', 'resume']);
  for (let n = 4; n < 6; n++) events.emit('message', n);
  assert.deepEqual(calls, ['pause', 'resume', 'pause'], 'and so with the next burst');
});
