import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../../src/ports/event-log.ts';
import type { Stored } from '../../src/ports/view-store.ts';
import { messagesProjection } from '../../src/projections/messages.ts';
import { phoneProjection } from '../../src/projections/phone.ts';
import { asView, buildOf, type View } from '../../src/projections/projection.ts';
import { createDocCache } from '../../src/projections/runner/doc-cache.ts';
import { applyBatch, type LaneDeps, type Member } from '../../src/projections/runner/lane.ts';
import { createRunSize } from '../../src/projections/runner/run-size.ts';
import * as make from '../support/events.ts';
import { foldBatches, recorded } from '../support/projection-spec.ts';
import { silentLog } from '../support/silent-log.ts';

const { ANN, ANN_PN } = make;
const memberOf = (view: View): Member => ({
  view,
  build: buildOf(view),
  checkpoint: { id: buildOf(view).id, position: 0, stream: 's', stop: null, live: true },
});
const turns = async (n: number): Promise<void> => {
  for (let turn = 0; turn < n; turn++) await nextTurn();
};

it('a fold that was given up leaves nothing behind that a later one takes for what is stored', async () => {
  const messages = memberOf(asView(messagesProjection));
  const phone = memberOf(asView(phoneProjection));
  const events = recorded([
    make.received('M0', { chat: ANN_PN, from: ANN_PN }),
    make.linked(),
    make.received('M1', { chat: ANN_PN, from: ANN_PN }),
    make.received('M2', { chat: ANN_PN, from: ANN_PN }),
    make.received('M3', { chat: ANN_PN, from: ANN_PN }),
  ]);
  const expected = await foldBatches(messages.view, [events]);
  // the first two are stored already
  const first = await foldBatches(messages.view, [events.slice(0, 2)]);
  const tables = new Map<string, Map<string, Stored>>();
  const table = (name: string) => tables.get(name) ?? tables.set(name, new Map()).get(name) ?? new Map();
  for (const [name, docs] of Object.entries(first))
    for (const doc of Object.values(docs))
      table(messages.build.collections[name]?.physical ?? '').set(doc._id, doc);
  const chatId = `shop/l${ANN.jid.split('@')[0]}`;
  const alias = `shop/p${ANN_PN.jid.split('@')[0]}`;
  let [isFirstAlias, isFirstChat, isStopped, commits] = [true, true, false, 0];
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 500 && !isSo(); turn++) await nextTurn();
  };
  const docs = createDocCache(async (collection, ids) => {
    const isWhole = ids.includes(alias) && isFirstAlias;
    if (isWhole) {
      // the whole batch's documents, thousands of them, take their time
      isFirstAlias = false;
      await until(() => isStopped);
    }
    const isOld = ids.includes(chatId) && isStopped && isFirstChat;
    if (isOld) isFirstChat = false;
    else if (!isWhole) await turns(3);
    const found = new Map<string, Stored>();
    for (const id of ids) {
      const doc = table(collection).get(id);
      if (doc !== undefined) found.set(id, doc);
    }
    if (isOld) {
      // read before the next commit, heard of after it
      const before = commits;
      await until(() => commits > before);
      await turns(2);
    }
    return found;
  });
  const deps: LaneDeps = {
    store: {
      commit: async (_moves, writes) => {
        const all = await writes;
        await turns(2);
        for (const { collection, id, after } of all)
          if (after === null) table(collection).delete(id);
          else table(collection).set(id, after);
        commits++;
        await turns(1);
        return true;
      },
      checkpoints: async () => [messages.checkpoint, phone.checkpoint],
      stop: async () => {
        isStopped = true;
        return true;
      },
      sweep: async () => 0,
    },
    docs,
    size: createRunSize(),
    logger: silentLog,
    now: () => new Date(),
    moved: () => undefined,
    signal: new AbortController().signal,
    waiting: () => undefined,
  };
  const entry = (n: number): LogEntry => {
    const event = events[n];
    assert.ok(event);
    return { kind: 'event', seq: event.seq, event };
  };
  const poison: LogEntry = {
    kind: 'undecodable',
    seq: 2.5,
    subject: 'wildcat.shop.call.offered.l1',
    aggregate: 'call',
    error: new Error('a newer version'),
  };
  await applyBatch(deps, [messages, phone], [poison, entry(2), entry(3), entry(4)]);
  await turns(30);
  assert.equal(phone.checkpoint.stop?.status, 'poisoned');
  const stored = JSON.parse(
    JSON.stringify(Object.fromEntries(table(messages.build.collections.chats?.physical ?? ''))),
  );
  assert.deepEqual(stored, expected.chats);
});
