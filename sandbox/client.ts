import { z } from 'zod';
import { type Call, makeCall, makeRaw, waitFor } from './client/call.ts';
import { type FrameLineView, type FrameQuery, listFrames } from './client/frames.ts';
import { type PhoneHandle, phoneHandle } from './client/phone.ts';
import { clockView } from './control/clock.ts';
import type { MessageView } from './control/message-views.ts';
import type { NewPhoneInput, TroubleInput } from './control/requests.ts';
import {
  type BurstView,
  burstView,
  type FrameView,
  type PhoneView,
  phoneView,
  type ReceiptView,
  receiptView,
  type StateView,
  stateView,
} from './control/views.ts';
import { type WaitingView, waitingView } from './control/waiting.ts';

export { SandboxError } from './client/call.ts';
export type { FileToSend, MessageOptions, PhoneHandle } from './client/phone.ts';
export type {
  BurstView,
  FrameLineView,
  FrameView,
  MessageView,
  PhoneView,
  ReceiptView,
  StateView,
  WaitingView,
};

interface BurstOptions {
  readonly to: string;
  /** How many people write. */
  readonly from?: number;
  readonly count: number;
  readonly text?: string;
  /** Messages per second. */
  readonly rate?: number;
  /** false: encrypt only, and wait for `releaseBurst`. */
  readonly release?: boolean;
}

/** An account from the server's side. */
export interface AccountHandle {
  readonly number: string;
  /** What its companions said about messages they were sent, in order. */
  readonly receipts: (after?: number) => Promise<ReceiptView[]>;
  readonly waitForReceipt: (test: (receipt: ReceiptView) => boolean, limit?: number) => Promise<ReceiptView>;
  /** Makes trouble; gives how many connections (`redeliver`: stanzas) it struck at once. */
  readonly trouble: (order: TroubleInput) => Promise<number>;
}

export interface SandboxClient {
  readonly makePhone: (number: string, options?: Omit<NewPhoneInput, 'number'>) => Promise<PhoneHandle>;
  /** A phone made before; nothing is asked. */
  readonly phone: (number: string) => PhoneHandle;
  readonly account: (number: string) => AccountHandle;
  readonly burst: (options: BurstOptions) => Promise<BurstView>;
  readonly releaseBurst: (id: string, rate?: number) => Promise<BurstView>;
  readonly state: () => Promise<StateView>;
  /** Puts the sandbox' clock forward by so many milliseconds; gives what it shows then. */
  readonly forward: (milliseconds: number) => Promise<number>;
  /** Clients that show a QR code. */
  readonly waiting: () => Promise<WaitingView[]>;
  /** Hands in the QR string a client shows, so that a person can pick that client on the page. */
  readonly handInQr: (qr: string, name?: string) => Promise<void>;
  /** The last frames as readable lines, of one account (a number) or all. */
  readonly frames: (options?: FrameQuery) => Promise<FrameLineView[]>;
}

const accountHandle = (call: Call, number: string): AccountHandle => {
  const path = `/accounts/${number}`;
  const receipts = async (after = 0, wait = 0) => {
    const schema = z.object({ receipts: z.array(receiptView) });
    return (await call(schema, 'GET', `${path}/receipts?after=${after}&wait=${wait}`)).receipts;
  };
  return {
    number,
    receipts: (after) => receipts(after),
    waitForReceipt: (test, limit) => waitFor(receipts, test, limit),
    trouble: async (order) =>
      (await call(z.object({ struck: z.number() }), 'POST', `${path}/trouble`, order)).struck,
  };
};

/** Speaks to the control API of a sandbox. Calls throw SandboxError when they are refused. */
export const sandboxClient = (controlUrl: string): SandboxClient => {
  const call = makeCall(controlUrl);
  const raw = makeRaw(controlUrl);
  return {
    makePhone: async (number, options = {}) => {
      const made = await call(phoneView, 'POST', '/phones', { number, ...options });
      return phoneHandle(call, raw, made.number);
    },
    phone: (number) => phoneHandle(call, raw, number),
    account: (number) => accountHandle(call, number),
    burst: (options) => call(burstView, 'POST', '/bursts', options),
    releaseBurst: (id, rate) => call(burstView, 'POST', `/bursts/${id}/release`, { rate }),
    state: () => call(stateView, 'GET', '/state'),
    forward: async (forward) => (await call(clockView, 'POST', '/clock', { forward })).now,
    waiting: async () => (await call(z.object({ clients: z.array(waitingView) }), 'GET', '/waiting')).clients,
    handInQr: (qr, name) => call(z.undefined(), 'POST', '/waiting', { qr, name }),
    frames: (options = {}) => listFrames(call, options),
  };
};
