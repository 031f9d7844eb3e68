import type { WildcatEvent } from '../events/codec.ts';
import type { Recorded } from '../events/event.ts';
import { type Address, keyOf } from '../events/ids.ts';
import type { EventLog } from '../ports/event-log.ts';
import type { Logger } from '../ports/logger.ts';

/** How a send ended. `seq`: the position of the event that says so. `timestamp`: unix seconds. */
export type Outcome =
  | Readonly<{ kind: 'sent'; seq: number; timestamp: number }>
  | Readonly<{ kind: 'failed'; seq: number; code: number | null; reason: string; phase: string }>
  /** Tried as often as it may be, never confirmed: it may have arrived. */
  | Readonly<{ kind: 'unknown'; seq: number }>;

export type Outcomes = Readonly<{
  /** The outcome of a send, which may already be in the log; null when there was none within `ms`. Never rejects. */
  wait: (account: string, waId: string, ms: number) => Promise<Outcome | null>;
}>;

const SUBJECTS = ['sent', 'send_failed', 'send_unknown'].map((event) => `wildcat.*.message.${event}.>`);
/** Outcomes kept for those who ask after the event: between an append and the wait there are milliseconds. */
const KEPT = 5_000;

/** The outcome that an event tells, or null. */
export const outcomeOf = (event: Recorded<WildcatEvent>): Outcome | null => {
  switch (event.type) {
    case 'message.sent':
      return { kind: 'sent', seq: event.seq, timestamp: event.data.timestamp };
    case 'message.send_failed': {
      const { code, reason, phase } = event.data;
      return { kind: 'failed', seq: event.seq, code, reason, phase };
    }
    case 'message.send_unknown':
      return { kind: 'unknown', seq: event.seq };
    default:
      return null;
  }
};

/**
 * How a send to `chat` failed, for those who ask when nobody remembers: from the chat's own failures in the log. Null
 * where they have been purged. Throws as `read`.
 */
export const loggedFailure = async (
  log: Pick<EventLog, 'read'>,
  account: string,
  { waId, chat }: Readonly<{ waId: string; chat: Address }>,
): Promise<Outcome | null> => {
  let failure: Outcome | null = null;
  const subjects = [`wildcat.${account}.message.send_failed.${keyOf(chat.jid)}`];
  for await (const entries of log.read({ subjects, after: 0 }))
    for (const entry of entries)
      if (entry.kind === 'event' && 'waId' in entry.event.data && entry.event.data.waId === waId)
        failure = outcomeOf(entry.event);
  return failure;
};

type Listener = (outcome: Outcome) => void;
const sendOf = (account: string, waId: string): string => `${account}/${waId}`;

/**
 * Follows the outcomes of sends from the log's present end until `signal`, for those who wait for one. It resolves
 * once the end is known, so an outcome of whatever is appended afterwards can't be missed. Should the log not be
 * followable any more, that is logged and waits run into their time limit: the answer to a send is then "queued".
 */
export const followOutcomes = async (
  log: Pick<EventLog, 'state' | 'follow'>,
  { signal, logger }: Readonly<{ signal: AbortSignal; logger: Logger }>,
): Promise<Outcomes> => {
  const recent = new Map<string, Outcome>();
  const waiting = new Map<string, Set<Listener>>();

  const tell = (event: Recorded<WildcatEvent>): void => {
    const outcome = outcomeOf(event);
    if (outcome === null || !('waId' in event.data)) return;
    const key = sendOf(event.account, event.data.waId);
    recent.delete(key); // so that a Map's order is the order of the news
    recent.set(key, outcome);
    for (const oldest of recent.keys()) {
      if (recent.size <= KEPT) break;
      recent.delete(oldest);
    }
    for (const listener of waiting.get(key) ?? []) listener(outcome);
  };

  const { lastSeq } = await log.state();
  const follow = async (): Promise<void> => {
    for await (const entries of log.follow({ subjects: SUBJECTS, after: lastSeq }, { signal }))
      for (const entry of entries) if (entry.kind === 'event') tell(entry.event);
  };
  follow().catch((error: unknown) => logger.error({ err: error }, 'outcomes of sends are not followed'));

  return {
    wait: (account, waId, ms) =>
      new Promise((resolve) => {
        const key = sendOf(account, waId);
        const known = recent.get(key);
        if (known !== undefined || ms <= 0) return resolve(known ?? null);
        const listeners = waiting.get(key) ?? new Set();
        const settle = (outcome: Outcome | null): void => {
          clearTimeout(timer);
          listeners.delete(settle);
          if (listeners.size === 0) waiting.delete(key);
          resolve(outcome);
        };
        const timer = setTimeout(settle, ms, null);
        waiting.set(key, listeners.add(settle));
      }),
  };
};
