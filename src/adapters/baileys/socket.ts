import {
  makeWASocket,
  S_WHATSAPP_NET,
  type UserFacingSocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import { createGate, type FrameSocket, type Gate, type GateDeps } from './gate.ts';
import { limitIntake } from './intake.ts';
import { type TapHandlers, tapEvents } from './tap.ts';

type RawSocket = FrameSocket & Readonly<Record<'terminate' | 'pause' | 'resume', () => void>>;
type Node = Parameters<WASocket['sendNode']>[0];

/** A Baileys socket whose frames wait at a gate and whose events are tapped. */
export type GatedSocket = Readonly<{
  sock: WASocket;
  gate: Gate;
  /** Ends it; whatever the server does, the end is reported within 2 s. */
  end: (error?: Error) => void;
  /** Asks WhatsApp to unlink this device; resolves with its answer, after 5 s or with `gone` at the latest. */
  unlink: (gone: Promise<void>) => Promise<void>;
}>;

export type StanzaListeners = Readonly<{
  onMessage: (stanza: Node) => void;
  onAck: (stanza: Node) => void;
  /** Any stanza that brings something from outside. */
  onStanza: (stanza: Node) => void;
}>;

const UNLINK_MS = 5_000;
const CLOSE_MS = 2_000;

const isRawSocket = (value: unknown): value is RawSocket =>
  typeof value === 'object' &&
  value !== null &&
  ['send', 'terminate', 'pause', 'resume'].every((name) => typeof Reflect.get(value, name) === 'function');

// rc14 keeps its WebSocket in `sock.ws.socket` (Socket/Client/websocket.js).
const rawSocketOf = (sock: WASocket): RawSocket => {
  const raw: unknown = Reflect.get(sock.ws, 'socket');
  if (isRawSocket(raw) && typeof sock.ev.emit === 'function') return raw;
  throw new WildcatError(
    'misconfigured',
    'this @whiskeysockets/baileys is not the 7.0.0-rc14 that Wildcat was made for: run npm ci',
  );
};

const listen = (sock: WASocket, { onMessage, onAck, onStanza }: StanzaListeners): void => {
  sock.ws.prependListener('CB:message', onMessage);
  sock.ws.prependListener('CB:ack,class:message', onAck);
  for (const tag of ['message', 'receipt', 'notification', 'call']) {
    sock.ws.prependListener(`CB:${tag}`, onStanza);
  }
};

/**
 * Opens a socket and, in the same tick, before anything can come or go, puts gate, tap and listeners in place.
 * Throws `misconfigured` where Baileys' insides are not what this was written for: with another version nothing
 * would hold a receipt back.
 */
export const openSocket = (
  settings: UserFacingSocketConfig,
  gateDeps: GateDeps,
  handlers: TapHandlers,
  listeners: StanzaListeners,
): GatedSocket => {
  const sock = makeWASocket(settings);
  const raw = rawSocketOf(sock);
  const gate = createGate(raw, gateDeps);
  tapEvents(sock.ev, handlers);
  limitIntake(sock.ws, 'CB:message', raw);
  listen(sock, listeners);
  return {
    sock,
    gate,
    end: (error) => {
      // Baileys reports a close only when the server has closed its side, too
      setTimeout(() => raw.terminate(), CLOSE_MS).unref();
      sock.end(error).catch(() => raw.terminate());
    },
    unlink: async (gone) => {
      const jid = sock.authState.creds.me?.id;
      if (jid === undefined || !sock.ws.isOpen) return;
      const remove = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } };
      const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' };
      // WhatsApp may answer by closing the stream
      await Promise.race([sock.query({ tag: 'iq', attrs, content: [remove] }, UNLINK_MS), gone]).catch(
        () => undefined,
      );
    },
  };
};
