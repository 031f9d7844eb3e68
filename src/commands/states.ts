import { asError, hasCode, unreadable, WildcatError } from '../errors.ts';
import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import type { EventLog, LogEntry } from '../ports/event-log.ts';

/** A folded aggregate. `version`: the sequence that its version subject stands at, 0 where it never moved. */
export type Known<State> = Readonly<{ state: State; version: number }>;

type Folding<State, E extends WildcatEvent> = Readonly<{
  aggregate: string;
  initialState: State;
  evolve: (state: State, event: Recorded<E>) => State;
}>;

const FOLD_MS = 5_000;

/** Folded state of every aggregate of one kind, kept in process and fed by the log. */
export type AggregateStates<State, E extends WildcatEvent> = Readonly<{
  /** As far as it has been followed. Throws `unavailable` where the log could not be followed any further. */
  current: (account: string) => Known<State>;
  /**
   * As the log has it: resolves once all that it holds of the aggregate now is folded. It asks the log, so it is for
   * who was about to refuse. The same object as `current` gave if there was no news. Throws `unavailable`.
   */
  refreshed: (account: string) => Promise<Known<State>>;
  /** Resolves once the event of the account at `seq` is folded, and told. Throws `unavailable` after 5 s. */
  folded: (account: string, seq: number) => Promise<void>;
  /** Resolves with the state once it satisfies `holds`; throws `unavailable` after `ms`, 5 s by default. */
  until: (account: string, holds: (known: Known<State>) => boolean, ms?: number) => Promise<State>;
  all: () => ReadonlyMap<string, Known<State>>;
  /** False from when the log could not be followed any further: how accounts are now is not known any more. */
  isFollowed: () => boolean;
  /** Told after each folded event, in log order. Returns the way to stop it. */
  subscribe: (listener: (event: Recorded<E>, state: State) => void) => () => void;
}>;

/**
 * Folds an aggregate's part of the log and follows it until `signal`. Resolves once all that the log held at the
 * call is folded, so that nothing decides on half a past.
 */
export const followStates = async <State, E extends WildcatEvent>(
  log: Pick<EventLog, 'end' | 'read' | 'follow'>,
  folding: Folding<State, E>,
  signal: AbortSignal,
): Promise<AggregateStates<State, E>> => {
  const known = new Map<string, Known<State>>();
  const listeners = new Set<(event: Recorded<E>, state: State) => void>();
  const changed = new Set<() => void>();
  const blank: Known<State> = { state: folding.initialState, version: 0 };
  let failure: Error | null = null;
  let position = 0;

  const apply = (entry: LogEntry): void => {
    if (entry.kind === 'undecodable') throw unreadable(entry.seq, entry.error);
    position = entry.seq;
    const account = entry.kind === 'event' ? entry.event.account : entry.account;
    const before = known.get(account) ?? blank;
    if (entry.kind === 'version') {
      known.set(account, { ...before, version: entry.seq });
      return;
    }
    const event = entry.event as Recorded<E>; // the subject filter admits this aggregate's events only
    const state = folding.evolve(before.state, event);
    known.set(account, { ...before, state });
    for (const listener of listeners) listener(event, state);
  };
  const applyAll = (entries: readonly LogEntry[]): void => {
    entries.forEach(apply);
    for (const notify of [...changed]) notify();
  };

  const lost = () =>
    hasCode(failure, 'unavailable')
      ? failure
      : new WildcatError('unavailable', 'The log can not be followed', { cause: failure });
  const current = (account: string): Known<State> => {
    if (failure !== null) throw lost();
    return known.get(account) ?? blank;
  };
  const until = (account: string, holds: (known: Known<State>) => boolean, ms = FOLD_MS): Promise<State> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        changed.delete(check);
        act();
      };
      const check = (): void => {
        const now = known.get(account) ?? blank;
        if (failure !== null) settle(() => reject(lost()));
        else if (holds(now)) settle(() => resolve(now.state));
      };
      const late = new WildcatError('unavailable', `No news of account ${account} within ${ms} ms`);
      const timer = setTimeout(() => settle(() => reject(late)), ms);
      changed.add(check);
      check();
    });

  const folded = async (account: string, seq: number): Promise<void> =>
    void (await until(account, () => position >= seq));
  const refreshed = async (account: string): Promise<Known<State>> => {
    await folded(account, await log.end(account, folding.aggregate));
    return current(account);
  };

  const subjects = [`wildcat.*.${folding.aggregate}.>`];
  for await (const entries of log.read({ subjects, after: 0 })) applyAll(entries);
  const follow = async (): Promise<void> => {
    for await (const entries of log.follow({ subjects, after: position }, { signal })) applyAll(entries);
  };
  follow().catch((error: unknown) => {
    failure = asError(error);
    applyAll([]);
  });

  return {
    current,
    refreshed,
    folded,
    until,
    all: () => known,
    isFollowed: () => failure === null,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
