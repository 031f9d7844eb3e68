import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Context } from 'koa';
import { type WebSocket, WebSocketServer } from 'ws';
import { HttpError } from './errors.ts';

/** The subprotocol that is spoken, where a client names any. */
const PROTOCOL = 'wildcat';
/** Before the API key in base64url, among the subprotocols: browsers let a page set nothing else. */
const KEY_PREFIX = 'wildcat.key.';

/** Requests that ask to become WebSockets. Node's own mark on them is not documented. */
const asking = new WeakSet<IncomingMessage>();
export const asksForSocket = (request: IncomingMessage): boolean => asking.has(request);

const protocolsOf = ({ headers }: IncomingMessage): readonly string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

/** The API key that a WebSocket brings as a subprotocol, or null. */
export const protocolKey = (request: IncomingMessage): string | null => {
  const named = protocolsOf(request).find((name) => name.startsWith(KEY_PREFIX));
  return asksForSocket(request) && named !== undefined
    ? Buffer.from(named.slice(KEY_PREFIX.length), 'base64url').toString()
    : null;
};

const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';

const HOP_HEADERS = new Set(['upgrade', 'connection', 'http2-settings']);

/** The head of a request as it came, but for the wish to speak something else. */
const headWithoutUpgrade = ({ method, url, rawHeaders }: IncomingMessage): string => {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!HOP_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
};

/**
 * Lets requests become WebSockets where their route takes it, which sees them like any other. Whoever offers another
 * protocol (h2c: Java's own client, curl --http2) is served over HTTP/1.1, as RFC 9110 allows; Node's server would
 * otherwise treat every offer as accepted.
 */
export const allowUpgrades = (server: Server, listener: RequestListener): void => {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isWebSocket(request)) {
      socket.unshift(Buffer.concat([Buffer.from(headWithoutUpgrade(request), 'latin1'), head]));
      server.emit('connection', socket);
      return;
    }
    socket.on('error', () => socket.destroy());
    asking.add(request);
    if (head.length > 0) socket.unshift(head);
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(request.socket);
    response.once('finish', () => request.socket.destroySoon());
    listener(request, response);
  });
};

const sockets = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  // nothing is expected from the other side
  maxPayload: 1_024,
  perMessageDeflate: false,
  handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
});

/** Throws 400 or 426 where a request with `upgrade` is no proper handshake (RFC 6455, 4.2.1). */
export const checkHandshake = (header: (name: string) => string): void => {
  const version = header('sec-websocket-version');
  if (version !== '13')
    throw new HttpError(426, 'Upgrade required: WebSocket version 13', { 'Sec-WebSocket-Version': '13' });
  if (!/^[+/0-9A-Za-z]{22}==$/.test(header('sec-websocket-key')))
    throw new HttpError(400, 'Sec-WebSocket-Key must be 16 bytes in base64');
  if (!/^([\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*)?$/.test(header('sec-websocket-protocol')))
    throw new HttpError(400, 'Sec-WebSocket-Protocol must be names, separated by commas');
};

/** Answers 101 in Koa's place and hands over the socket. */
export const becomeSocket = (ctx: Context, use: (socket: WebSocket) => void): void => {
  const { req, res } = ctx;
  ctx.respond = false;
  ctx.status = 101;
  res.detachSocket(req.socket);
  sockets.handleUpgrade(req, req.socket, Buffer.alloc(0), use);
};
