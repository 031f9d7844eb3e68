import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { WildcatEvent } from '../../src/events/codec.ts';
import type { Recorded } from '../../src/events/event.ts';
import { nextSteps, type Step } from '../../src/reactors/sends/next-steps.ts';
import {
  foldSends,
  noSends,
  type OpenSends,
  positionOf,
  reconnected,
  sending,
  settled,
  waiting,
} from '../../src/reactors/sends/open-sends.ts';
import { attempted, failed, NOW, receipt, requested, sent, unknown } from './support/sends.ts';

type Make = (seq: number, waId: string) => Recorded<WildcatEvent>;
type Relay = { waId: string; attempt: number; taken: boolean };

/** A log, a process that may die at any moment, and a server that acks, or drops the line before it does. */
const world = () => {
  const log: Recorded<WildcatEvent>[] = [];
  const ended = new Set<string>();
  const atServer = new Set<string>();
  let saved = 0;
  let state: OpenSends = noSends(0);
  let link = { connected: false, caughtUp: false };
  let relays: Relay[] = [];
  let relayed: string[] = [];
  let ackedHere = new Set<string>();
  let appends: (() => void)[] = [];
  let now = NOW;

  const append = (make: Make, waId: string): void => void log.push(make(log.length + 1, waId));
  const finish = (make: Make, waId: string): void => {
    append(make, waId);
    ended.add(waId);
  };
  const fold = (count: number): void => {
    state = foldSends(state, log.filter(({ seq }) => seq > state.seen).slice(0, count), 1);
  };
  const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length];
  const drop = (relay: Relay, notBefore: number): void => {
    state = waiting(state, relay.waId, relay.attempt, notBefore);
    relays = relays.filter((other) => other !== relay);
  };
  const relay = (waId: string, attempt: number): void => {
    assert.ok(link.connected && (attempt === 1 || link.caughtUp), 'sent again before receipts had a chance');
    assert.ok(!ended.has(waId) && !ackedHere.has(waId), `relayed ${waId} after its end`);
    assert.ok(!relays.some((other) => other.waId === waId), `two relays of ${waId} at once`);
    assert.ok(attempt <= 3);
    relayed.push(waId);
    relays.push({ waId, attempt, taken: false });
    state = sending(state, waId, attempt);
    append((seq, id) => attempted(seq, id, attempt), waId);
  };
  const execute = (step: Step): void => {
    const { waId } = step.send.request.data;
    if (step.kind === 'relay') {
      relay(waId, step.attempt);
      return;
    }
    state = settled(state, waId);
    const made = { confirm: sent, give_up: unknown, expire: failed }[step.kind];
    appends.push(() => finish(made, waId));
  };

  const act = {
    request: (n: number) => append(requested, `m${log.length}-${n}`),
    fold: (n: number) => fold(1 + (n % 4)),
    step: () => nextSteps(state, { ...link, now, ttl: 1e12 }).forEach(execute),
    frame: (n: number) => {
      const arrived = pick(relays, n);
      if (arrived === undefined) return;
      arrived.taken = true;
      atServer.add(arrived.waId);
    },
    ack: (n: number) => {
      const acked = pick(
        relays.filter(({ taken }) => taken),
        n,
      );
      if (acked === undefined) return;
      relays = relays.filter((other) => other !== acked);
      ackedHere.add(acked.waId);
      state = settled(state, acked.waId);
      appends.push(() => finish(sent, acked.waId));
    },
    record: () => appends.shift()?.(),
    silence: (n: number) => {
      const unanswered = pick(relays, n);
      if (unanswered !== undefined) drop(unanswered, now + 60_000);
    },
    wait: () => {
      now += 60_000;
    },
    disconnect: () => {
      for (const open of relays) drop(open, now + 60_000);
      link = { connected: false, caughtUp: false };
    },
    connect: () => {
      if (link.connected) return;
      link = { connected: true, caughtUp: false };
      state = reconnected(state);
      relayed = [];
    },
    /** Receipts had waited on the server, as far as somebody has read them. */
    catchUp: (n: number) => {
      if (!link.connected || link.caughtUp) return;
      for (const waId of atServer) if (n % 2 === 0 && !ended.has(waId)) append(receipt, waId);
      link = { connected: true, caughtUp: true };
    },
    save: () => {
      saved = positionOf(state);
    },
    crash: () => {
      relays = [];
      appends = [];
      ackedHere = new Set();
      link = { connected: false, caughtUp: false };
      state = noSends(saved);
      fold(log.length);
    },
  };
  const drain = (): void => {
    for (let round = 0; round < 3 + log.length; round++) {
      act.connect();
      act.catchUp(1);
      act.step();
      for (const open of [...relays]) open.taken = true;
      while (relays.length > 0) act.ack(0);
      while (appends.length > 0) act.record();
      fold(log.length);
      act.wait();
    }
  };
  return { act, drain, log, ended, order: () => relayed, open: () => state.open.size };
};

const NAMES = Object.keys(world().act) as (keyof ReturnType<typeof world>['act'])[];
const moves = (names: typeof NAMES) =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(100)), { minLength: 20, maxLength: 200 });
const busy: typeof NAMES = [
  ...NAMES,
  'request',
  'fold',
  'fold',
  'step',
  'step',
  'frame',
  'ack',
  'connect',
  'catchUp',
];

it('never relays after an ack, loses no send, tries three times at most: whatever happens, in any order', () => {
  fc.assert(
    fc.property(moves(busy), (list) => {
      const { act, drain, log, ended, open } = world();
      for (const [name, n] of list) act[name](n);
      drain();
      const wanted = log.filter(({ type }) => type === 'message.send_requested').map(({ data }) => data);
      for (const data of wanted) assert.ok('waId' in data && ended.has(data.waId), 'a send was lost');
      assert.equal(open(), 0);
    }),
    { numRuns: 500 },
  );
});

it('keeps the order of the requests within a connection', () => {
  const steady = busy.filter((name) => name !== 'silence');
  fc.assert(
    fc.property(moves(steady), (list) => {
      const { act, log, order } = world();
      const place = (waId: string) =>
        log.findIndex(({ type, data }) => type === 'message.send_requested' && data.waId === waId);
      for (const [name, n] of list) {
        act[name](n);
        const places = order().map(place);
        assert.deepEqual(
          places,
          [...places].sort((one, other) => one - other),
        );
      }
    }),
    { numRuns: 500 },
  );
});
