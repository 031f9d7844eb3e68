import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { createBacklog } from '../../../src/adapters/baileys/backlog.ts';

/** A clock that goes on so many ms with every turn, and does what was planned for a turn. */
const setup = (msPerTurn = 10) => {
  const plan = new Map<number, () => void>();
  const at = { ms: 0, turns: 0 };
  const backlog = createBacklog({
    now: () => at.ms,
    turn: () => {
      at.turns++;
      at.ms += msPerTurn;
      plan.get(at.turns)?.();
      return Promise.resolve();
    },
  });
  return { backlog, plan, at };
};
const message = (attrs: Record<string, string>): BinaryNode => ({
  tag: 'message',
  attrs,
  content: [{ tag: 'enc', attrs: {}, content: Buffer.from('x') }],
});

it('is worked off when the last message that had waited is begun, and some quiet turns later', async () => {
  const { backlog, plan, at } = setup();
  const stanzas = ['1', '2'].map((id) => message({ id, offline: id }));
  for (const stanza of stanzas) backlog.arrived(stanza);
  for (const [n, stanza] of stanzas.entries()) plan.set(100 * (n + 1), () => backlog.begun(stanza));
  await backlog.worked();
  assert.ok(at.turns >= 215 && at.turns < 240, `${at.turns} turns`);
});

it('waits for receipts to fall quiet, not for what comes in live', async () => {
  const { backlog, plan, at } = setup();
  for (let turn = 1; turn < 200; turn++) plan.set(turn, () => backlog.arrived(message({ id: 'live' })));
  plan.set(15, backlog.receipt);
  await backlog.worked();
  assert.ok(at.turns >= 30 && at.turns < 50, `${at.turns} turns`);
});

it('is quiet after 50 ms and 20 turns without anything that had waited, whatever was before it was asked', async () => {
  for (const [msPerTurn, turns] of [
    [1, 50],
    [10, 20],
  ] as const) {
    const { backlog, at } = setup(msPerTurn);
    backlog.receipt();
    at.ms = 1_000;
    await backlog.worked();
    assert.equal(at.turns, turns);
  }
  const { backlog, plan, at } = setup(1);
  plan.set(30, () => backlog.arrived({ tag: 'notification', attrs: { offline: '1' } }));
  await backlog.worked();
  assert.equal(at.turns, 80);
});

it('does not wait for what is never decrypted', async () => {
  const { backlog, at } = setup();
  const attrs = { offline: '1' };
  const [enc, other] = [
    { tag: 'enc', attrs: {} },
    { tag: 'participants', attrs: {} },
  ];
  for (const stanza of [
    { tag: 'message', attrs },
    { tag: 'message', attrs, content: 'text' },
    { tag: 'message', attrs, content: [other] },
    { tag: 'receipt', attrs, content: [enc] },
  ])
    backlog.arrived(stanza);
  await backlog.worked();
  assert.equal(at.turns, 20);
  backlog.arrived({ tag: 'message', attrs, content: [other, enc] });
  await backlog.worked();
  assert.ok(at.ms >= 60_000, 'but for all else');
});

it('gives up after a minute, and does not wait for the same once more', async () => {
  const { backlog, at } = setup();
  backlog.arrived(message({ id: '1', offline: '1' }));
  await backlog.worked();
  assert.equal(at.ms, 60_000);
  await backlog.worked();
  assert.equal(at.ms, 60_200);
});
