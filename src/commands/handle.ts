import { hasCode } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { NewEvent, Recorded } from '../events/event.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { AggregateStates } from './states.ts';

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

const MAX_ATTEMPTS = 5;
const FOLD_MS = 5_000;

/**
 * The door for wishes: fold, decide, append; decided again on the new state when another decision came first.
 * Throws what `decide` refuses with, `unavailable` where the log did not answer, `version_conflict` after 5 lost races.
 */
export const commandHandler =
  <Command, State, E extends WildcatEvent>(
    deps: Readonly<{ log: EventLog; states: AggregateStates<State, E>; now: () => Date }>,
    decider: Decider<Command, State, E>,
  ) =>
  async (account: string, command: Command, asked: Asked): Promise<Handled<State>> => {
    for (let attempt = 1; ; attempt++) {
      const { state, version } = deps.states.current(account);
      const event = decider.decide(command, state);
      if (event === null) return { seq: 0, state };
      const occurredAt = deps.now().toISOString();
      const decided: NewEvent<E> = {
        ...event,
        account,
        gen: decider.generation(state, event),
        occurredAt,
        ...asked,
      };
      try {
        const appended = await deps.log.appendDecision(decided, version);
        const folded = ({ version: now }: { version: number }) => now >= appended.version;
        return { seq: appended.seq, state: await deps.states.until(account, folded, FOLD_MS) };
      } catch (error) {
        if (!hasCode(error, 'version_conflict') || attempt === MAX_ATTEMPTS) throw error;
        await deps.states.newer(account, version);
      }
    }
  };
