import type { BaileysEventEmitter, BaileysEventMap } from '@whiskeysockets/baileys';

export type TapHandlers = {
  readonly [Event in keyof BaileysEventMap]?: (data: BaileysEventMap[Event]) => void;
};

/**
 * Events that nobody inside rc14 listens to (grep `ev.on`): keeping them from the emitter saves its buffer, which
 * would hold every message of an offline phase.
 */
const SWALLOWED: ReadonlySet<string> = new Set([
  'messaging-history.set',
  'chats.upsert',
  'chats.update',
  'chats.delete',
  'contacts.upsert',
  'contacts.update',
  'messages.upsert',
  'messages.update',
  'messages.delete',
  'messages.reaction',
  'message-receipt.update',
  'groups.update',
]);

/**
 * Sees every event of Baileys in order, at once and before its buffer, which loses data when a socket closes. Must
 * run in the tick of `makeWASocket`: all of rc14 calls `ev.emit` on this one object. Handlers may only enqueue.
 */
export const tapEvents = (ev: BaileysEventEmitter, handlers: TapHandlers): void => {
  const emit = ev.emit.bind(ev);
  ev.emit = (event, data) => {
    const emitted = SWALLOWED.has(event) || emit(event, data);
    handlers[event]?.(data);
    return emitted;
  };
};
