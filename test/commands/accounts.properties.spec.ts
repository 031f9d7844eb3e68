import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type AccountCommand, accounts } from '../../src/commands/accounts.ts';
import { WildcatError } from '../../src/errors.ts';
import { type AccountState, isLive } from '../../src/events/account-state.ts';
import type { AccountEvent } from '../../src/events/accounts.ts';
import { created, deleted, ENDINGS, erased, FACTS, WISHES } from '../support/account-events.ts';
import { folded, type Given, recordedAt } from '../support/spec.ts';

const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({ type: fc.constant('create' as const), name: fc.string(), collectionName: fc.string() }),
  fc.record({ type: fc.constantFrom('connect', 'disconnect', 'logout', 'delete') }),
);
const stamped = (facts: readonly Given<AccountEvent>[]): fc.Arbitrary<Given<AccountEvent>> =>
  fc
    .record({ fact: fc.constantFrom(...facts), gen: fc.nat(3), epoch: fc.nat(6) })
    .map(({ fact, gen, epoch }) => (fact.epoch === undefined ? { ...fact, gen } : { ...fact, gen, epoch }));
/** Any event at all, of any generation and epoch, sensible or not. */
const event = stamped([created, deleted, erased, ...WISHES, ...FACTS]);
const history = fc.array(event, { maxLength: 30 });

/** What a command leads to: the event, null, or the refusal. */
const outcome = (wish: AccountCommand, state: AccountState): AccountEvent | null | WildcatError => {
  try {
    return accounts.decide(wish, state);
  } catch (error) {
    assert.ok(error instanceof WildcatError, `threw ${String(error)}`);
    return error;
  }
};
const after = (state: AccountState, happened: AccountEvent): AccountState =>
  accounts.evolve(state, recordedAt({ ...happened, gen: accounts.generation(state, happened) }, 0));

type Step = AccountCommand | Given<AccountEvent>;
const isCommand = (step: Step): step is AccountCommand => !('data' in step);

/** A life as it can really happen: wishes are decided, facts are the owner's, erasures follow tombstones. */
const live = (steps: readonly Step[]): AccountState[] => {
  const states: AccountState[] = [accounts.initialState];
  for (const step of steps) {
    const state = states.at(-1) ?? accounts.initialState;
    const happened = isCommand(step) ? outcome(step, state) : step;
    if (happened === null || happened instanceof WildcatError) continue;
    if (happened.type === 'account.erased' && state.status !== 'erasing') continue;
    states.push(
      isCommand(step)
        ? after(state, happened)
        : accounts.evolve(state, recordedAt({ ...happened, gen: state.gen }, 0)),
    );
  }
  return states;
};
const life = fc.array(fc.oneof(command, stamped([...FACTS, erased])), { maxLength: 40 }).map(live);

it('refuses with errors of its own only, whatever has happened', () => {
  fc.assert(fc.property(history, command, (events, wish) => void outcome(wish, folded(accounts, events))));
});

it('has nothing left to do for a wish that was just decided', () => {
  fc.assert(
    fc.property(life, command, (states, wish) => {
      const state = states.at(-1) ?? accounts.initialState;
      const first = outcome(wish, state);
      if (first === null || first instanceof WildcatError) return;
      const second = outcome(wish, after(state, first));
      assert.ok(
        second === null || second instanceof WildcatError,
        `decided again: ${JSON.stringify(second)}`,
      );
    }),
  );
});

it('has one generation at a time, each following the last one', () => {
  fc.assert(
    fc.property(life, (states) => {
      for (const [index, state] of states.entries()) {
        const before = states[index - 1] ?? accounts.initialState;
        const isBirth = isLive(state) && !isLive(before);
        assert.equal(state.gen, isBirth ? before.gen + 1 : before.gen);
        if (isBirth) assert.equal(before.status, 'absent');
      }
    }),
  );
});

it('is connected only if it is wanted and paired', () => {
  fc.assert(
    fc.property(life, (states) => {
      for (const state of states)
        if (state.status === 'connected') assert.ok(state.wanted && state.paired && state.me !== null);
    }),
  );
});

it('changes what is wanted by wishes and by endings only, each in its own direction', () => {
  const on = new Set(['account.created', 'account.connect_requested']);
  const off = new Set([
    'account.disconnect_requested',
    'account.logout_requested',
    ...ENDINGS.map(({ type }) => type),
  ]);
  fc.assert(
    fc.property(history, event, (events, next) => {
      const before = folded(accounts, events);
      const state = folded(accounts, [...events, next]);
      if (!isLive(before) || !isLive(state) || before.wanted === state.wanted) return;
      assert.ok((state.wanted ? on : off).has(next.type), `${next.type} made it ${state.wanted}`);
    }),
  );
});

it('is not changed by facts of an older epoch or by anything of an older generation', () => {
  fc.assert(
    fc.property(history, event, (events, next) => {
      const state = folded(accounts, events);
      const isZombie = isLive(state) && next.gen === state.gen && (next.epoch ?? state.epoch) < state.epoch;
      const isPast = (next.gen ?? 1) < state.gen;
      if (isZombie || isPast) assert.deepEqual(folded(accounts, [...events, next]), state);
    }),
    { numRuns: 2_000 },
  );
});

it('is the same after a purge: what the tombstone and its followers say does not need the past', () => {
  fc.assert(
    fc.property(life, fc.array(event, { maxLength: 10 }), (states, events) => {
      const past = states.at(-1) ?? accounts.initialState;
      if (!isLive(past)) return;
      const kept = [{ ...deleted, gen: past.gen }, { ...erased, gen: past.gen }, ...events].map(recordedAt);
      const { gen, status } = kept.reduce(accounts.evolve, past);
      const purged = kept.reduce(accounts.evolve, accounts.initialState);
      assert.deepEqual([purged.gen, purged.status], [gen, status]);
    }),
  );
});
