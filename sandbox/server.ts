import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { controlApp } from './control/app.ts';
import { receive } from './phones/receive.ts';
import { makeServerIdentity } from './protocol/certificates.ts';
import type { BinaryNode } from './protocol/node.ts';
import { makeRandom } from './protocol/random.ts';
import { acceptSocket } from './server/connection.ts';
import { makeState } from './server/state.ts';
import { makeWorld, type World } from './server/world.ts';

export interface SandboxOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** The same keys and ids every time for the same seed. */
  readonly seed?: string;
  /** Told of what went wrong with a client that was cut off. */
  readonly onError?: (error: unknown) => void;
  /** Sees every stanza, decrypted. */
  readonly trace?: (direction: 'in' | 'out', device: string, stanza: BinaryNode) => void;
}

export interface Sandbox {
  /** For `waWebSocketUrl`. */
  readonly url: string;
  /** For `WA_CERT_DETAILS.PUBLIC_KEY`. */
  readonly rootKey: string;
  readonly controlUrl: string;
  readonly world: World;
  /** Cuts all connections and frees the port. */
  readonly close: () => Promise<void>;
}

/** Starts a local WhatsApp in this process, on loopback: the protocol at `/ws/chat`, the control API beside it. */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const host = options.host ?? '127.0.0.1';
  const random = makeRandom(options.seed);
  const world = makeWorld({
    state: makeState(makeServerIdentity(random)),
    random,
    now: Date.now,
    receive,
    onError: options.onError ?? (() => undefined),
    trace: options.trace ?? (() => undefined),
  });
  const server = createServer(controlApp(world).callback());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/ws/chat') socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (client) => acceptSocket(world, client));
  });
  await new Promise<void>((ready, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, host, ready);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `ws://${name}:${port}/ws/chat`,
    rootKey: world.state.identity.root.public.toString('hex'),
    controlUrl: `http://${name}:${port}`,
    world,
    close: async () => {
      for (const timer of world.timers) clearTimeout(timer);
      for (const client of sockets.clients) client.terminate();
      await new Promise((done) => {
        server.close(done);
        server.closeAllConnections();
      });
    },
  };
};
