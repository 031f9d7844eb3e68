import type { BaileysEventMap } from '@whiskeysockets/baileys';
import type { CallEvent } from '../../../events/calls.ts';
import type { Core } from '../core.ts';
import { addressOf, type Directory } from '../reading/addresses.ts';
import { seconds, unixNow } from '../reading/fields.ts';
import type { TapHandlers } from './tap.ts';

type Call = BaileysEventMap['call'][number];

const CALLS: Readonly<Record<string, CallEvent['type']>> = {
  offer: 'call.offered',
  accept: 'call.accepted',
  reject: 'call.rejected',
  terminate: 'call.ended',
  timeout: 'call.missed',
};

/** What a call does that a person would notice, or null (ringing, transport). */
export const callEvent = (call: Call, directory: Directory): CallEvent | null => {
  const type = CALLS[call.status];
  if (type === undefined || !call.id || !call.from) return null;
  const from = addressOf(call.from, call.callerPn, directory);
  const data = {
    callId: call.id,
    chat: call.groupJid ? addressOf(call.groupJid, null, directory) : from,
    from,
    isVideo: call.isVideo === true,
    isGroup: call.isGroup === true,
    timestamp: seconds(Math.floor(call.date.getTime() / 1_000)),
  };
  return { type, data };
};

export type Calls = Readonly<{
  taps: TapHandlers;
  /** Who rings, as WhatsApp's own signals name them; null where no such call is ringing. */
  ringing: (callId: string) => string | null;
  /** The call was turned down from here. */
  rejected: (callId: string) => void;
}>;

/** Nobody's phone rings for more calls at once, and a caller need not say that his are over. */
const MAX_RINGING = 100;

/** Calls as they come and go; nothing can be done with them but to turn them down. */
export const createCalls = (core: Pick<Core, 'tell' | 'directory'>, now: () => Date): Calls => {
  const ringing = new Map<string, Readonly<{ from: string; data: CallEvent['data'] }>>();
  const tell = (found: CallEvent): void => core.tell(found, { event: 'call', offline: false });
  return {
    taps: {
      call: (calls) => {
        for (const call of calls) {
          const found = callEvent(call, core.directory);
          if (found === null) continue;
          ringing.delete(call.id);
          if (found.type === 'call.offered') ringing.set(call.id, { from: call.from, data: found.data });
          const [oldest] = ringing.size > MAX_RINGING ? ringing.keys() : [];
          if (oldest !== undefined) ringing.delete(oldest);
          tell(found);
        }
      },
    },
    ringing: (callId) => ringing.get(callId)?.from ?? null,
    rejected: (callId) => {
      const known = ringing.get(callId);
      ringing.delete(callId);
      if (known === undefined) return;
      const timestamp = unixNow(now);
      tell({ type: 'call.rejected', data: { ...known.data, timestamp } });
    },
  };
};
