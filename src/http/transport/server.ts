import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { asError, WildcatError } from '../../errors.ts';
import { inTurn } from './in-turn.ts';
import { PACE, type Pace, watchPace } from './pace.ts';
import { allowUpgrades } from './upgrade.ts';

export type Listening = Readonly<{
  /** The port that was taken: the one asked for, or any free one for 0. */
  port: number;
  /** Takes no new connection, lets running requests end (10 s at most), then cuts what is left. Repeatable. */
  close: () => Promise<void>;
}>;

const DRAIN_MS = 10_000;

const HEADERS_MS = 10_000;
/** How long a client may go on sending behind its answer: reset at once, it would lose it. Less than draining takes. */
const LINGER_MS = 5_000;
const OPTIONS = {
  // A request without Host gets our own JSON answer, not Node's empty one.
  requireHostHeader: false,
  // how long a body may take depends on how much of it there is: see pace.ts
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
};

/** What Node's parser, or our pace, refuses before any request is there, by its error code. */
const UNREADABLE: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request headers too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request timeout'],
};

const TOO_SLOW = Object.assign(new Error('The request came in too slowly'), {
  code: 'ERR_HTTP_REQUEST_TIMEOUT',
});

/** Even what is no HTTP gets the JSON error of the contract. */
const refuseUnreadable = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET') return void socket.destroy();
  if (!socket.writable) return; // answered already, and still being sent
  const [status, text] = UNREADABLE[error.code ?? ''] ?? [400, 'Malformed HTTP request'];
  const body = JSON.stringify({ ok: false, error: text });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${randomUUID()}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
};

/** Whoever has his answer could go on with his body for ever: Node reads it and throws it away. */
const cutLeftovers = (request: IncomingMessage, ms: number): void => {
  if (request.complete) return;
  setTimeout(() => request.complete || request.socket.destroy(), ms).unref();
};

const cannotListen = (error: NodeJS.ErrnoException, host: string, port: number): Error => {
  const said: Readonly<Record<string, string>> = {
    EADDRINUSE: `PORT ${port} on ${host} is in use by another program. Stop it, or set PORT to a free one.`,
    EACCES: `PORT ${port} needs more rights than this process has. Set PORT to 1024 or more.`,
    EADDRNOTAVAIL: `HOST ${host} is no address of this machine. Set HOST to one, or leave it out.`,
    ENOTFOUND: `HOST ${host} can not be resolved. Set HOST to an address of this machine, or leave it out.`,
  };
  const text = said[error.code ?? ''] ?? `Can not listen on ${host}:${port}: ${error.message}`;
  return new WildcatError('misconfigured', text, { cause: error });
};

const drain = async (server: Server): Promise<void> => {
  // A connection whose request was running when we stopped is idle afterwards, and nobody else would close it.
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  await closed;
  clearTimeout(timer);
};

type Where = Readonly<{
  host: string;
  port: number;
  /** How fast a body must come in. */
  pace?: Pace;
  /** How long a request's head may take. */
  headersMs?: number;
  /** How long a body may go on behind its answer. */
  lingerMs?: number;
}>;

/**
 * Serves `listener` (e.g. `app.callback()`) and resolves once connections are accepted. Throws `misconfigured`, naming
 * PORT or HOST, where it can't listen.
 */
export const listen = async (
  listener: RequestListener,
  { host, port, pace = PACE, headersMs = HEADERS_MS, lingerMs = LINGER_MS }: Where,
): Promise<Listening> => {
  const server = createServer({ ...OPTIONS, headersTimeout: headersMs });
  server.on('clientError', refuseUnreadable);
  allowUpgrades(server, listener);
  // An expectation that nobody has heard of may be ignored (RFC 9110, 10.1.1); Node would answer without a body.
  server.on('checkExpectation', (request, response) => void server.emit('request', request, response));
  const serve: RequestListener = (request, response) => {
    // a stream of events is waited for by eleven, which Node would take for a leak
    response.setMaxListeners(20);
    watchPace(request, response, pace, () => {
      // an answer that has begun can only be cut
      if (response.headersSent) request.socket.destroy();
      else refuseUnreadable(TOO_SLOW, request.socket);
    });
    response.once('finish', () => cutLeftovers(request, lingerMs));
    response.once('close', () => server.listening || setImmediate(() => server.closeIdleConnections()));
    listener(request, response);
  };
  server.on('request', inTurn(serve));
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(asError(error), host, port);
  }
  const { port: taken } = server.address() as AddressInfo; // it listens on TCP
  let draining: Promise<void> | null = null;
  return {
    port: taken,
    close: () => {
      draining ??= drain(server);
      return draining;
    },
  };
};
