import assert from 'node:assert/strict';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import type { Stored } from '../../src/ports/view-store.ts';
import { foldInto, loadWorkingSet, reads, type View, writesOf } from '../../src/projections/projection.ts';

/** collection -> id -> document, as a database would give it back. */
export type Tables = Record<string, Record<string, Stored & Record<string, unknown>>>;

export type Given = WildcatEvent &
  Partial<
    Pick<Recorded<WildcatEvent>, 'account' | 'gen' | 'at' | 'occurredAt' | 'epoch' | 'raw' | 'rawRef' | 'seq'>
  >;

const instant = (seq: number): string => new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString();

/** Events as the log gives them back: positions 1, 2, …, one second apart from 2026-01-01T00:00:00Z on. */
export const recorded = (events: readonly Given[]): Recorded<WildcatEvent>[] =>
  events.map((event, index) => {
    const seq = index + 1;
    const meta = {
      id: `e${seq}`,
      v: 1,
      account: 'shop',
      gen: 1,
      seq,
      at: instant(seq),
      occurredAt: instant(seq),
    };
    return { ...meta, ...event };
  });

const stored = (doc: Stored): Stored & Record<string, unknown> => JSON.parse(JSON.stringify(doc));

const sweep = (tables: Tables, view: View, event: Recorded<WildcatEvent>): void => {
  for (const { collection, idPrefix } of view.sweeps?.(event) ?? [])
    for (const id of Object.keys(tables[collection] ?? {}))
      if (id.startsWith(idPrefix)) delete tables[collection]?.[id];
};

const applyRun = async (tables: Tables, view: View, events: readonly Recorded<WildcatEvent>[]) => {
  const set = await loadWorkingSet(view, events, async (collection, ids) => {
    const table = tables[collection] ?? {};
    return new Map(ids.flatMap((id) => (table[id] === undefined ? [] : [[id, stored(table[id])]])));
  });
  for (const event of events) foldInto(view, set, event);
  for (const { collection, id, after } of writesOf(set)) {
    const table = tables[collection] ?? {};
    tables[collection] = table;
    if (after === null) delete table[id];
    else table[id] = stored(after);
  }
};

/** What a view's documents are after these batches, each loaded from and saved to plain tables. */
export const foldBatches = async (
  view: View,
  batches: readonly (readonly Recorded<WildcatEvent>[])[],
): Promise<Tables> => {
  const tables: Tables = Object.fromEntries(Object.keys(view.collections).map((name) => [name, {}]));
  for (const batch of batches) {
    let run: Recorded<WildcatEvent>[] = [];
    for (const event of batch) {
      if ((view.sweeps?.(event) ?? []).length > 0) {
        await applyRun(tables, view, run);
        run = [];
        sweep(tables, view, event);
      }
      run.push(event);
    }
    await applyRun(tables, view, run);
  }
  return tables;
};

/**
 * given(events).then(check): folds the events in one batch, one by one and cut in two at every point, asserts that
 * batching makes no difference, and hands over the documents.
 */
export const projectionSpec =
  (view: View) =>
  (...given: readonly Given[]) => ({
    // biome-ignore lint/suspicious/noThenProperty: the sentence is given/when/then
    then: async (check: (tables: Tables) => void): Promise<void> => {
      const events = recorded(given).filter(({ type }) => reads(view, type));
      const whole = await foldBatches(view, [events]);
      for (let cut = 1; cut < events.length; cut++) {
        const halves = await foldBatches(view, [events.slice(0, cut), events.slice(cut)]);
        assert.deepEqual(halves, whole, `cut before event ${cut + 1}`);
      }
      const single = await foldBatches(
        view,
        events.map((event) => [event]),
      );
      assert.deepEqual(single, whole, 'one by one');
      check(whole);
    },
  });
