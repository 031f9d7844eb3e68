import type { WildcatEvent } from '../../events/codec.ts';
import type { Recorded } from '../../events/event.ts';
import type { SendRequested } from '../../ports/whatsapp.ts';

/** A send whose outcome the log does not tell yet. */
export type OpenSend = Readonly<{
  request: SendRequested;
  /** Frames that may have left, as the log tells. */
  attempts: number;
  /** Unix seconds of a receipt that only a sent message can get; null without one. */
  receiptAt: number | null;
}>;

/**
 * What this process knows ahead of the log. `sending`: a relay runs. `settled`: the outcome is known and on its way
 * into the log, so nothing more is done. `waiting`: unknown; not again before `notBefore` (ms).
 */
type Local = Readonly<{
  attempts: number;
  phase: 'sending' | 'settled' | 'waiting';
  notBefore: number;
}>;

/** An account's open sends in request order, and how far the log has been read. */
export type OpenSends = Readonly<{
  seen: number;
  open: ReadonlyMap<string, OpenSend>;
  local: ReadonlyMap<string, Local>;
  /** Ids that came to an end, oldest first: a request that was appended twice is not sent again. */
  ended: Ended;
}>;

/** The newest 1,000 at least, in parts: the last one grows, so that adding one does not copy them all. */
type Ended = readonly ReadonlySet<string>[];

const PART = 50;
const PARTS = 21;

const hasEnded = (ended: Ended, waId: string): boolean => ended.some((part) => part.has(waId));

const withEnded = (ended: Ended, waId: string): Ended => {
  const last = ended.at(-1);
  if (last === undefined || last.size >= PART) return [...ended, new Set([waId])].slice(-PARTS);
  return [...ended.slice(0, -1), new Set(last).add(waId)];
};

/** Nothing open, read up to `position`. */
export const noSends = (position: number): OpenSends => ({
  seen: position,
  open: new Map(),
  local: new Map(),
  ended: [],
});

/** The subjects of the log that the fold reads. */
export const sendSubjects = (account: string): string[] =>
  [
    'send_requested',
    'send_attempted',
    'sent',
    'send_failed',
    'send_unknown',
    'status_changed',
    'receipt_received',
  ].map((event) => `wildcat.${account}.message.${event}.>`);

type Draft = { readonly open: Map<string, OpenSend>; readonly local: Map<string, Local>; ended: Ended };

const end = (draft: Draft, waId: string): void => {
  draft.open.delete(waId);
  draft.local.delete(waId);
  if (!hasEnded(draft.ended, waId)) draft.ended = withEnded(draft.ended, waId);
};

const update = ({ open }: Draft, waId: string, change: (send: OpenSend) => OpenSend): void => {
  const send = open.get(waId);
  if (send !== undefined) open.set(waId, change(send));
};

const apply = (draft: Draft, event: Recorded<WildcatEvent>): void => {
  switch (event.type) {
    case 'message.send_requested':
      if (draft.open.has(event.data.waId) || hasEnded(draft.ended, event.data.waId)) return;
      draft.open.set(event.data.waId, { request: event, attempts: 0, receiptAt: null });
      return;
    case 'message.send_attempted': {
      const { attempt } = event.data;
      update(draft, event.data.waId, (send) => ({ ...send, attempts: Math.max(send.attempts, attempt) }));
      return;
    }
    case 'message.receipt_received':
    case 'message.status_changed': {
      const { at } = event.data;
      update(draft, event.data.waId, (send) => ({ ...send, receiptAt: send.receiptAt ?? at }));
      return;
    }
    case 'message.sent':
    case 'message.send_failed':
    case 'message.send_unknown':
      end(draft, event.data.waId);
      return;
    default:
      return;
  }
};

/** Folds a batch of the account's events, in log order. Events of another generation belong to another life. */
export const foldSends = (
  state: OpenSends,
  events: readonly Recorded<WildcatEvent>[],
  gen: number,
): OpenSends => {
  const draft = { open: new Map(state.open), local: new Map(state.local), ended: state.ended };
  for (const event of events) if (event.gen === gen && event.seq > state.seen) apply(draft, event);
  return { seen: Math.max(state.seen, events.at(-1)?.seq ?? 0), ...draft };
};

/** Where to read on from after a restart: just before the oldest open send. */
export const positionOf = ({ open, seen }: OpenSends): number => {
  const [oldest] = open.values();
  return oldest === undefined ? seen : oldest.request.seq - 1;
};

const setLocal = (state: OpenSends, waId: string, local: Local): OpenSends =>
  state.open.has(waId) ? { ...state, local: new Map(state.local).set(waId, local) } : state;

/** Frames of a send that may have left, as far as the log or this process knows. */
export const attemptsOf = (state: OpenSends, send: OpenSend): number =>
  Math.max(send.attempts, state.local.get(send.request.data.waId)?.attempts ?? 0);

/** A relay with this number begins. */
export const sending = (state: OpenSends, waId: string, attempts: number): OpenSends =>
  setLocal(state, waId, { attempts, phase: 'sending', notBefore: 0 });

/** The outcome is known; the log will tell. */
export const settled = (state: OpenSends, waId: string): OpenSends => {
  const attempts = state.local.get(waId)?.attempts ?? 0;
  return setLocal(state, waId, { attempts, phase: 'settled', notBefore: 0 });
};

/** The outcome is unknown, or nothing has left yet (`attempts` tells): once more, not before `notBefore` (ms). */
export const waiting = (state: OpenSends, waId: string, attempts: number, notBefore: number): OpenSends =>
  setLocal(state, waId, { attempts, phase: 'waiting', notBefore });

/** A new connection: what waited for an answer of the old one needs not wait any longer. */
export const reconnected = (state: OpenSends): OpenSends => {
  const local = [...state.local].map(([waId, known]): [string, Local] => [waId, { ...known, notBefore: 0 }]);
  return { ...state, local: new Map(local) };
};

/** Open sends that nothing is being done about, in request order. */
export const unsettled = ({ open, local }: OpenSends): readonly OpenSend[] =>
  [...open.values()].filter((send) => {
    const phase = local.get(send.request.data.waId)?.phase;
    return phase === undefined || phase === 'waiting';
  });
