import { Duplex } from 'node:stream';
import {
  DisconnectReason,
  makeWASocket,
  S_WHATSAPP_NET,
  type UserFacingSocketConfig,
  type WASocket,
} from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import { createGate, type FrameSocket, type Gate, type GateDeps } from './output-commit/gate.ts';
import { limitIntake } from './output-commit/intake.ts';
import { type TapHandlers, tapEvents } from './taps/tap.ts';

type RawSocket = FrameSocket & Readonly<Record<'terminate' | 'pause' | 'resume', () => void>>;
type Node = Parameters<WASocket['sendNode']>[0];

/** A Baileys socket whose frames wait at a gate and whose events are tapped. */
export type GatedSocket = Readonly<{
  sock: WASocket;
  gate: Gate;
  /** Ends it; whatever the server does, the end is reported within 2 s. */
  end: (error?: Error) => void;
  /** Asks WhatsApp to unlink this device; resolves with whether it said so, after 5 s or with `gone` at the latest. */
  unlink: (gone: Promise<void>) => Promise<boolean>;
}>;

type StanzaListeners = Readonly<{
  onMessage: (stanza: Node) => void;
  onAck: (stanza: Node) => void;
  /** Any stanza that brings something from outside. */
  onStanza: (stanza: Node) => void;
}>;

/** As long as Baileys gives a connection by default. */
const OPENING_MS = 20_000;
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

/** What `act` sends leaves in one write: a commit lets many frames go at once, each of them a system call otherwise. */
const inOneWrite =
  (raw: RawSocket) =>
  (act: () => void): void => {
    const stream: unknown = Reflect.get(raw, '_socket');
    const open = stream instanceof Duplex ? stream : null;
    open?.cork();
    try {
      act();
    } finally {
      open?.uncork();
    }
  };

/** Ends a socket that has not had the server's first answer in time. */
const limitOpening = ({ ws }: WASocket, end: (error: Error) => void, ms: number): void => {
  const output = { statusCode: DisconnectReason.timedOut };
  const late = (): void => end(Object.assign(new Error('No answer from WhatsApp'), { output }));
  const timer = setTimeout(late, ms).unref();
  for (const event of ['frame', 'close']) ws.once(event, () => clearTimeout(timer));
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
  gateDeps: Omit<GateDeps, 'together'>,
  handlers: TapHandlers,
  listeners: StanzaListeners,
): GatedSocket => {
  const { connectTimeoutMs: openingMs = OPENING_MS } = settings;
  // to Baileys it would be a limit of each frame as well, at the price of two stack traces; the gate takes those at once
  const sock = makeWASocket({ ...settings, connectTimeoutMs: 0 });
  const raw = rawSocketOf(sock);
  const gate = createGate(raw, { together: inOneWrite(raw), ...gateDeps });
  const end = (error?: Error): void => {
    // Baileys reports a close only when the server has closed its side, too
    setTimeout(() => raw.terminate(), CLOSE_MS).unref();
    sock.end(error).catch(() => raw.terminate());
  };
  tapEvents(sock.ev, handlers);
  limitIntake(sock.ws, 'CB:message', raw);
  limitOpening(sock, end, openingMs);
  listen(sock, listeners);
  return {
    sock,
    gate,
    end,
    unlink: async (gone) => {
      const jid = sock.authState.creds.me?.id;
      if (jid === undefined || !sock.ws.isOpen) return false;
      const remove = { tag: 'remove-companion-device', attrs: { jid, reason: 'user_initiated' } };
      const attrs = { to: S_WHATSAPP_NET, type: 'set', xmlns: 'md' };
      // WhatsApp may answer by closing the stream with 401: `gone` then, and the session's end tells the rest
      const asked = sock.query({ tag: 'iq', attrs, content: [remove] }, UNLINK_MS);
      const answer: unknown = await Promise.race([asked, gone]).catch(() => undefined);
      return answer !== undefined;
    },
  };
};
