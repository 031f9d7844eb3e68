import type { WASocket } from '@whiskeysockets/baileys';
import { WildcatError } from '../../errors.ts';
import type { FrameSocket } from './gate.ts';

/** The raw WebSocket below Baileys' client. */
export type RawSocket = FrameSocket & Readonly<{ terminate: () => void }>;

const isRawSocket = (value: unknown): value is RawSocket =>
  typeof value === 'object' &&
  value !== null &&
  typeof Reflect.get(value, 'send') === 'function' &&
  typeof Reflect.get(value, 'terminate') === 'function';

/**
 * The WebSocket that rc14 keeps in `sock.ws.socket` (Socket/Client/websocket.js): the gate stands there. Throws
 * `misconfigured` where it is not: with another Baileys nothing would hold a receipt back.
 */
export const rawSocketOf = (socket: WASocket): RawSocket => {
  const raw: unknown = Reflect.get(socket.ws, 'socket');
  if (isRawSocket(raw) && typeof socket.ev.emit === 'function') return raw;
  throw new WildcatError(
    'misconfigured',
    'this @whiskeysockets/baileys is not the 7.0.0-rc14 that Wildcat was made for: run npm ci',
  );
};
