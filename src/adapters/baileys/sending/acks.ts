import type { BinaryNode } from '@whiskeysockets/baileys';
import type { RelayOutcome } from '../../../ports/whatsapp.ts';
import { unixNow, whole } from '../reading/fields.ts';
import { refusalReason } from '../reading/refusals.ts';

type Acks = Readonly<{
  /**
   * The outcome of the send with this id; never rejects. The silence counts from `left` on. What the server says once
   * the outcome was unknown goes to `onLate`; the newest 1,000 such sends are remembered.
   */
  wait: (
    waId: string,
    onLate?: (outcome: RelayOutcome) => void,
  ) => {
    outcome: Promise<RelayOutcome>;
    left: () => void;
    give: (up: RelayOutcome) => void;
  };
  /** To be called with every `<ack class="message">`. */
  receive: (ack: BinaryNode) => void;
  /** The connection is gone: whatever is still open may have left or not. */
  close: (reason: string) => void;
}>;

const SILENCE_MS = 20_000;
const KEPT = 1_000;

const outcomeOf = ({ attrs }: BinaryNode, now: () => Date): RelayOutcome => {
  if (attrs.error !== undefined) {
    return { kind: 'refused', code: whole(attrs.error) ?? 0, reason: refusalReason(attrs.error) };
  }
  return { kind: 'acked', at: whole(attrs.t) ?? unixNow(now) };
};

/** Waits for the server's answer to sends, by id. rc14 itself reports errors only. */
export const createAcks = (now: () => Date): Acks => {
  const open = new Map<string, (outcome: RelayOutcome) => void>();
  const late = new Map<string, (outcome: RelayOutcome) => void>();

  const keep = (waId: string, onLate: (outcome: RelayOutcome) => void): void => {
    late.set(waId, onLate);
    const [oldest] = late.keys();
    if (late.size > KEPT && oldest !== undefined) late.delete(oldest);
  };

  const wait: Acks['wait'] = (waId, onLate = () => {}) => {
    let timer: NodeJS.Timeout | undefined;
    let give: (outcome: RelayOutcome) => void = () => {};
    const outcome = new Promise<RelayOutcome>((resolve) => {
      give = (value) => {
        clearTimeout(timer);
        if (open.get(waId) === give) {
          open.delete(waId);
          if (value.kind === 'unknown') keep(waId, onLate);
        }
        resolve(value);
      };
    });
    // the same send once more: whoever waited for the first try waits no longer
    open.get(waId)?.({ kind: 'unknown', reason: 'sent again' });
    open.set(waId, give);
    late.delete(waId);
    const silent = () => give({ kind: 'unknown', reason: 'no answer for 20 s' });
    return {
      outcome,
      give,
      left: () => {
        if (open.get(waId) === give) timer = setTimeout(silent, SILENCE_MS);
      },
    };
  };

  return {
    wait,
    receive: (ack) => {
      const id = ack.attrs.id ?? '';
      (open.get(id) ?? late.get(id))?.(outcomeOf(ack, now));
      late.delete(id);
    },
    close: (reason) => {
      for (const give of [...open.values()]) give({ kind: 'unknown', reason });
    },
  };
};
