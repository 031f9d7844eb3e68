import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { controlApp } from './control/app.ts';
import { phones } from './phones/phones.ts';
import { makeServerCertificate } from './protocol/authority.ts';
import { makeServerIdentity } from './protocol/certificates.ts';
import type { BinaryNode } from './protocol/node.ts';
import { makeRandom } from './protocol/random.ts';
import { diskBlobs, memoryBlobs } from './server/blobs.ts';
import { acceptSocket } from './server/connection.ts';
import { listen, listenAgain } from './server/listen.ts';
import { mediaHost } from './server/media-host.ts';
import { makeState, type State } from './server/state.ts';
import { keepState, loadState } from './server/storage.ts';
import { makeWorld, type World } from './server/world.ts';
import { type Wildcat, watchWildcat } from './wildcat.ts';

export interface SandboxOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Of the media host; 0 (the default) takes a free port. */
  readonly mediaPort?: number;
  readonly host?: string;
  /** The same keys and ids every time for the same seed. */
  readonly seed?: string;
  /** A directory to keep everything in; taken up again at the next start. Without one nothing is kept. */
  readonly data?: string;
  /** Milliseconds since 1970, wherever a time is told; delays pass in real time. */
  readonly now?: () => number;
  /** A Wildcat whose waiting accounts can be picked on the page. */
  readonly wildcat?: Wildcat;
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
  /** The authority behind the media host, PEM: to trust for uploads (`fetchAgent`) and downloads. */
  readonly ca: string;
  /** A file with it: in the data directory, or one that is gone once the sandbox has closed. */
  readonly caFile: string;
  readonly world: World;
  /** Cuts all connections and frees the port. */
  readonly close: () => Promise<void>;
}

const end = (server: Pick<Server, 'close' | 'closeAllConnections'>) =>
  new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });

/** The state that was kept, or a new one. The bytes of a seed go on elsewhere after a restart: no key comes twice. */
const takeUp = async ({ data, seed }: SandboxOptions) => {
  const kept = data === undefined ? undefined : await loadState(data);
  if (kept === undefined) {
    const random = makeRandom(seed);
    return { random, state: makeState(makeServerIdentity(random)) };
  }
  kept.restarts += 1;
  return { random: makeRandom(seed === undefined ? undefined : `${seed} ${kept.restarts}`), state: kept };
};

/** The bytes that files on the media host are made of. */
const blobsOf = ({ media }: State) => new Set([...media.files.values()].map(({ blob }) => blob));

/**
 * Starts a local WhatsApp in this process, on loopback: the protocol at `/ws/chat`, the control API beside it, the
 * media host on a port of its own.
 */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const host = options.host ?? '127.0.0.1';
  const { random, state } = await takeUp(options);
  const blobs =
    options.data === undefined ? memoryBlobs() : diskBlobs(join(options.data, 'media'), blobsOf(state));
  const world = makeWorld({
    state,
    blobs,
    random,
    now: options.now ?? Date.now,
    phones,
    onError: options.onError ?? (() => undefined),
    trace: options.trace ?? (() => undefined),
  });
  const server = createServer(controlApp(world).callback());
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?')[0] !== '/ws/chat') socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (client) => acceptSocket(world, client));
  });
  const certificate = world.state.certificate ?? (await makeServerCertificate());
  world.state.certificate = certificate;
  const media = mediaHost(world, certificate);
  const name = host.includes(':') ? `[${host}]` : host;
  const port = await listen(server, options.port ?? 0, host);
  try {
    const before = Number(state.media.host.split(':').at(-1));
    const mediaPort = options.mediaPort
      ? await listen(media, options.mediaPort, host)
      : await listenAgain(media, before, host);
    state.media.host = `${name}:${mediaPort}`;
  } catch (error) {
    server.close();
    throw error;
  }
  const directory = options.data ?? (await mkdtemp(join(tmpdir(), 'wildcat-sandbox-')));
  const caFile = join(directory, 'ca.pem');
  await writeFile(caFile, certificate.ca);
  if (options.wildcat !== undefined) watchWildcat(world, options.wildcat);
  const storage = options.data === undefined ? undefined : keepState(world, options.data);
  return {
    url: `ws://${name}:${port}/ws/chat`,
    rootKey: world.state.identity.root.public.toString('hex'),
    controlUrl: `http://${name}:${port}`,
    ca: certificate.ca,
    caFile,
    world,
    close: async () => {
      for (const timer of world.timers) clearTimeout(timer);
      for (const client of sockets.clients) client.terminate();
      await Promise.all([end(server), end(media)]);
      if (options.data === undefined) await rm(directory, { recursive: true, force: true });
      await storage?.close();
    },
  };
};
