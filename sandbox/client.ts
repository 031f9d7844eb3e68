import { z } from 'zod';
import { type Call, makeCall, SandboxError, waitFor } from './client/call.ts';
import { type FrameLineView, type FrameQuery, listFrames } from './client/frames.ts';
import { type GroupCalls, groupCalls } from './client/groups.ts';
import { type PresenceCalls, presenceCalls } from './client/presence.ts';
import { type SettingsCalls, settingsCalls } from './client/settings.ts';
import type { BehaviourInput, TroubleInput } from './control/requests.ts';
import {
  type BurstView,
  burstView,
  type FrameView,
  frameView,
  type MessageView,
  messageView,
  type PhoneView,
  phoneView,
  type ReceiptView,
  receiptView,
  type StateView,
  stateView,
} from './control/views.ts';

export type { BurstView, FrameLineView, FrameView, MessageView, PhoneView, ReceiptView, StateView };
export { SandboxError };

export interface MessageOptions {
  /** Id of a message the phone shows. */
  readonly quoted?: string;
  /** Numbers. */
  readonly mentions?: readonly string[];
  readonly addressing?: 'lid' | 'pn';
  readonly id?: string;
}

export interface BurstOptions {
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

/** A simulated phone. Waits look at what is there already, too, and throw after `limit` ms (10,000). */
export interface PhoneHandle extends GroupCalls, PresenceCalls, SettingsCalls {
  readonly number: string;
  readonly show: () => Promise<PhoneView>;
  readonly set: (behaviour: BehaviourInput) => Promise<PhoneView>;
  /** Links the client that shows this QR string. */
  readonly scan: (qr: string) => Promise<{ readonly device: number; readonly jid: string }>;
  /** New keys, no sessions, no companions: what setting up the app anew does. */
  readonly reinstall: () => Promise<PhoneView>;
  /** Unlinks a companion from the phone. */
  readonly unlink: (device: number) => Promise<void>;
  /** Sends a text to a number or a group's jid; gives its id. */
  readonly send: (to: string, text: string, options?: MessageOptions) => Promise<string>;
  /** What the phone shows: each id once. */
  readonly displayed: (after?: number) => Promise<MessageView[]>;
  /** Every message stanza that reached it: repeats and undecryptable ones, too. */
  readonly frames: (after?: number) => Promise<FrameView[]>;
  readonly waitForMessage: (test: (message: MessageView) => boolean, limit?: number) => Promise<MessageView>;
  readonly waitForFrame: (test: (frame: FrameView) => boolean, limit?: number) => Promise<FrameView>;
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
  readonly makePhone: (
    number: string,
    options?: BehaviourInput & { readonly name?: string },
  ) => Promise<PhoneHandle>;
  /** A phone made before; nothing is asked. */
  readonly phone: (number: string) => PhoneHandle;
  readonly account: (number: string) => AccountHandle;
  readonly burst: (options: BurstOptions) => Promise<BurstView>;
  readonly releaseBurst: (id: string, rate?: number) => Promise<BurstView>;
  readonly state: () => Promise<StateView>;
  /** The last frames as readable lines, of one account (a number) or all. */
  readonly frames: (options?: FrameQuery) => Promise<FrameLineView[]>;
}

const phoneHandle = (call: Call, number: string): PhoneHandle => {
  const path = `/phones/${number}`;
  const list = (what: string, after: number, wait: number) => `${path}/${what}?after=${after}&wait=${wait}`;
  const messages = async (after = 0, wait = 0) =>
    (await call(z.object({ messages: z.array(messageView) }), 'GET', list('messages', after, wait))).messages;
  const frames = async (after = 0, wait = 0) =>
    (await call(z.object({ frames: z.array(frameView) }), 'GET', list('frames', after, wait))).frames;
  return {
    ...groupCalls(call, path),
    ...presenceCalls(call, path),
    ...settingsCalls(call, path),
    number,
    show: () => call(phoneView, 'GET', path),
    set: (behaviour) => call(phoneView, 'PATCH', path, behaviour),
    scan: (qr) => call(z.object({ device: z.number(), jid: z.string() }), 'POST', `${path}/scan`, { qr }),
    reinstall: () => call(phoneView, 'POST', `${path}/reinstall`),
    unlink: (device) => call(z.undefined(), 'DELETE', `${path}/companions/${device}`),
    send: async (to, text, options) =>
      (await call(z.object({ id: z.string() }), 'POST', `${path}/messages`, { to, text, ...options })).id,
    displayed: (after) => messages(after),
    frames: (after) => frames(after),
    waitForMessage: (test, limit) => waitFor(messages, test, limit),
    waitForFrame: (test, limit) => waitFor(frames, test, limit),
  };
};

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
  return {
    makePhone: async (number, options = {}) => {
      const made = await call(phoneView, 'POST', '/phones', { number, ...options });
      return phoneHandle(call, made.number);
    },
    phone: (number) => phoneHandle(call, number),
    account: (number) => accountHandle(call, number),
    burst: (options) => call(burstView, 'POST', '/bursts', options),
    releaseBurst: (id, rate) => call(burstView, 'POST', `/bursts/${id}/release`, { rate }),
    state: () => call(stateView, 'GET', '/state'),
    frames: (options = {}) => listFrames(call, options),
  };
};
