import { hasCode, WildcatError } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { NewEvent, Recorded } from '../events/event.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { AggregateStates, Known } from './states.ts';

/** An aggregate as three plain functions. `decide` returns null where the wish is already fulfilled, and refuses by throwing. */
export type Decider<Command, State, E extends WildcatEvent> = Readonly<{
  aggregate: string;
  initialState: State;
  evolve: (state: State, event: Recorded<E>) => State;
  decide: (command: Command, state: State) => E | null;
  /** Generation that the decided event belongs to. */
  generation: (state: State, event: E) => number;
}>;

/** Who asked, for the envelope of the decided event. */
export type Asked = Readonly<{ corr?: string | undefined; actor: NonNullable<NewEvent['actor']> }>;

/** What came of a command. `seq` 0: nothing was appended, since the wish was already fulfilled. */
export type Handled<State> = Readonly<{ seq: number; state: State }>;

/** Each race has one winner, so that of many wishes at once the last one loses as many. A lost one stores nothing. */
const MAX_RACES = 50;
/** Of what a whole read precedes. */
const MAX_ATTEMPTS = 5;

type Deps<State, E extends WildcatEvent> = Readonly<{
  log: Pick<EventLog, 'appendDecision'>;
  states: AggregateStates<State, E>;
  now: () => Date;
}>;

/** What `decide` made of a state: an event, nothing to do (null), or a refusal. */
type Verdict<E> = Readonly<{ event: E | null; refusal?: unknown }>;

const judge = <Command, State, E extends WildcatEvent>(
  { decide }: Decider<Command, State, E>,
  command: Command,
  state: State,
): Verdict<E> => {
  try {
    return { event: decide(command, state) };
  } catch (refusal) {
    return { event: null, refusal };
  }
};

/**
 * The door for wishes: fold, decide, append; decided again on the new state when another decision came first. A
 * refusal, or the finding that nothing is to be done, stands only if the fold is not behind the log: another process
 * may have decided a moment ago. Throws what `decide` refuses with, `unavailable` where the log did not answer,
 * `version_conflict` after 50 lost races.
 */
export const commandHandler =
  <Command, State, E extends WildcatEvent>(
    { log, states, now }: Deps<State, E>,
    decider: Decider<Command, State, E>,
  ) =>
  async (account: string, command: Command, asked: Asked): Promise<Handled<State>> => {
    const append = async (event: E, known: Known<State>): Promise<Handled<State>> => {
      const gen = decider.generation(known.state, event);
      const decided: NewEvent<E> = { ...event, account, gen, occurredAt: now().toISOString(), ...asked };
      const appended = await log.appendDecision(decided, known.version);
      const folded = ({ version }: Known<State>) => version >= appended.version;
      return { seq: appended.seq, state: await states.until(account, folded) };
    };

    /** Null where there was news, so that it has to be decided again. */
    const attempt = async (): Promise<Handled<State> | null> => {
      const known = states.current(account);
      const { event, refusal } = judge(decider, command, known.state);
      if (event === null) {
        if ((await states.refreshed(account)) !== known) return null;
        if (refusal !== undefined) throw refusal;
        return { seq: 0, state: known.state };
      }
      return append(event, known).catch(async (error: unknown) => {
        if (!hasCode(error, 'version_conflict')) throw error;
        // a lost race: the news is on its way
        await states.until(account, ({ version }) => version !== known.version);
        return null;
      });
    };

    for (let n = 1; n <= MAX_RACES; n++) {
      const handled = await attempt();
      if (handled !== null) return handled;
    }
    throw new WildcatError('version_conflict', `Other decisions came first, ${MAX_RACES} times`);
  };

/**
 * Repeats what rests on a state that was read before its command, where another decision came first: 5 times at most.
 * Throws what `act` does, `version_conflict` only after the last time.
 */
export const againOnConflict = async <T>(act: () => Promise<T>): Promise<T> => {
  for (let n = 1; ; n++)
    try {
      return await act();
    } catch (error) {
      if (n === MAX_ATTEMPTS || !hasCode(error, 'version_conflict')) throw error;
    }
};
