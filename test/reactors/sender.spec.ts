import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import type { LogEntry } from '../../src/ports/event-log.ts';
import type { PreparedSend, RelayOutcome, Session } from '../../src/ports/whatsapp.ts';
import { startSender } from '../../src/reactors/sender.ts';
import { silentLog } from '../support/silent-log.ts';
import { waitFor } from '../support/wait.ts';
import { NOW, requested, sent } from './support/sends.ts';

const HOUR = 3_600_000;
const entryOf = (event: Recorded<WildcatEvent>): LogEntry => ({ kind: 'event', seq: event.seq, event });
const state = { created: 'here', firstSeq: 1, lastSeq: 9, messages: 9, bytes: 0, maxBytes: 0, purgedUpto: 0 };

/** A session whose relays the spec answers; `prepare` makes the bytes. */
const scripted = (name: string, relayed: string[], prepare = async (): Promise<void> => undefined) => {
  const acks = new Map<string, (outcome: RelayOutcome) => void>();
  const session: Session = {
    reach: async () => undefined,
    prepare: async ({ data: { waId } }): Promise<PreparedSend> => {
      await prepare();
      return { waId, to: 'somebody', attributes: {}, message: Buffer.from(waId) };
    },
    relay: ({ waId }, _request, attempt) => {
      relayed.push(`${name}: ${waId} ${attempt}`);
      return new Promise((resolve) => acks.set(waId, resolve));
    },
    reupload: async (raw) => raw,
    close: async () => undefined,
    logout: async () => true,
    lastEventAt: () => null,
  };
  return { session, acks };
};

/** A sender on a log of these batches; `between` is waited for before the second one. */
const start = (batches: readonly Recorded<WildcatEvent>[][], between = Promise.resolve()) => {
  const clock = { now: NOW };
  const log = {
    append: async () => ({ seq: 10, duplicate: false }),
    state: async () => state,
    async *read() {
      for (const [index, batch] of batches.entries()) {
        if (index > 0) await between;
        yield batch.map(entryOf);
      }
    },
    async *follow(_: unknown, { signal }: Readonly<{ signal: AbortSignal }>) {
      yield* [];
      await once(signal, 'abort');
    },
  };
  const positions = { find: async () => null, move: async () => true, erase: async () => undefined };
  const rest = { logger: silentLog, failpoint: () => undefined, ttlMs: HOUR };
  const sender = startSender(
    { log, positions, outbox: { find: async () => null }, now: () => new Date(clock.now), ...rest },
    { account: 'shop', gen: 1, epoch: 7, collectionName: 'auth_shop', isValid: () => true },
  );
  return { sender, clock };
};

it('sends nothing before it has read all that the log held: it may have been acknowledged', async () => {
  const relayed: string[] = [];
  let goOn = (): void => undefined;
  const between = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { sender } = start([[requested(1, 'a')], [sent(2, 'a')]], between);
  await waitFor(() => sender.status().open === 1, { what: 'the request' });
  sender.connected(scripted('first', relayed).session);
  sender.caughtUp();
  await turn();
  goOn();
  await waitFor(() => sender.status().open === 0, { what: 'its end' });
  assert.deepEqual(relayed, []);
  await sender.stop();
});

it('counts no attempt where no frame left, however often', async () => {
  const relayed: string[] = [];
  let tries = 0;
  const { session, acks } = scripted('first', relayed, async () => {
    tries += 1;
    if (tries < 5) throw new Error('not now');
  });
  const { sender, clock } = start([[requested(1, 'a')]]);
  await sender.settle();
  sender.connected(session);
  sender.caughtUp();
  for (let expected = 1; expected < 5; expected += 1) {
    await waitFor(() => tries === expected, { what: `try ${expected}` });
    await sender.settle();
    clock.now += 5_000;
    sender.caughtUp();
  }
  await waitFor(() => relayed.length > 0, { what: 'its frame' });
  assert.deepEqual(relayed, ['first: a 1']);
  acks.get('a')?.({ kind: 'acked', at: 1 });
  await sender.stop();
});

it('sends at once over a new connection what the former one leaves unknown only then', async () => {
  const relayed: string[] = [];
  const [first, second] = [scripted('first', relayed), scripted('second', relayed)];
  const { sender } = start([[requested(1, 'a')]]);
  await sender.settle();
  sender.connected(first.session);
  await waitFor(() => first.acks.has('a'), { what: 'the first frame' });
  sender.disconnected();
  sender.connected(second.session);
  sender.caughtUp();
  first.acks.get('a')?.({ kind: 'unknown', reason: 'closed' });
  await waitFor(() => second.acks.has('a'), { what: 'the second frame', ms: 3_000 });
  assert.deepEqual(relayed, ['first: a 1', 'second: a 2']);
  second.acks.get('a')?.({ kind: 'acked', at: 1 });
  await sender.stop();
});
