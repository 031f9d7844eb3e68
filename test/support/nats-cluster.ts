import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connectNats } from '../../src/adapters/jetstream/connect.ts';
import { findNats } from '../../src/adapters/services/nats.ts';
import { readNatsInfo } from '../../src/adapters/services/nats-info.ts';
import { freePort } from '../../src/adapters/services/ports.ts';
import { signalProcess, stopProcess } from '../../src/adapters/services/process.ts';
import { type Running, startProgram } from '../../src/adapters/services/run.ts';
import type { Program } from '../../src/adapters/services/types.ts';
import { testFinding } from './servers.ts';
import { silentLog } from './silent-log.ts';
import { tempDir } from './temp.ts';
import { waitFor } from './wait.ts';

/** Three NATS servers as one cluster with JetStream. `stop` removes their data. */
export type NatsCluster = Readonly<{
  /** All three addresses, as a NATS_URL. */
  url: string;
  /** The names of the server that leads a stream now, and of the others that hold it, once all of them are there. */
  placesOf: (stream: string) => Promise<Readonly<{ leader: string; others: readonly string[] }>>;
  /** Whether a server listens at this `host:port`. */
  serves: (server: string, address: string) => boolean;
  kill: (server: string, signal: NodeJS.Signals) => Promise<void>;
  /** Starts one that was killed, on its port and data. */
  start: (server: string) => Promise<void>;
  stop: () => Promise<void>;
}>;

const NAMES = ['n1', 'n2', 'n3'] as const;

const configOf = (
  name: string,
  dir: string,
  ports: Readonly<{ own: number; route: number; routes: number[] }>,
) => `
server_name: ${name}
listen: "127.0.0.1:${ports.own}"
cluster {
  name: spec
  listen: "127.0.0.1:${ports.route}"
  routes: [${ports.routes.map((port) => `"nats://127.0.0.1:${port}"`).join(', ')}]
}
jetstream { store_dir: ${JSON.stringify(join(dir, 'store'))}, max_file_store: 1GB, sync_interval: always }
`;

/** Starts a cluster on loopback and waits until it takes streams. */
export const startCluster = async (): Promise<NatsCluster> => {
  const temp = await tempDir();
  const binary = await findNats(testFinding);
  const routes = await Promise.all(NAMES.map(() => freePort()));
  const programs = new Map<string, Program>();
  const running = new Map<string, Running>();
  for (const [index, name] of NAMES.entries()) {
    const dir = join(temp.dir, name);
    const file = join(dir, 'nats.conf');
    programs.set(name, {
      ...{ name, taken: binary.taken, command: binary.command, dir, args: () => ['--config', file] },
      prepare: async (own) => {
        await mkdir(dir, { recursive: true });
        await writeFile(file, configOf(name, dir, { own, route: routes[index] ?? 0, routes }));
      },
      ready: async (port) => void (await readNatsInfo('127.0.0.1', port)),
      url: (port) => `nats://127.0.0.1:${port}`,
    });
  }
  const start = async (name: string): Promise<void> => {
    const program = programs.get(name);
    if (program === undefined) throw new Error(`no server ${name}`);
    running.set(name, await startProgram(program, running.get(name)?.port ?? (await freePort())));
  };
  const serverOf = (name: string): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map(({ id }) => stopProcess(id, 0)));
    await temp.end();
  };
  try {
    await Promise.all(NAMES.map(start));
    const url = NAMES.map((name) => serverOf(name).url).join(',');
    const nc = await connectNats({ url, name: 'cluster' }, silentLog);
    const jsm = await jetstreamManager(nc, { checkAPI: false });
    // a leader of the cluster has to be elected first
    const probe = { name: 'PROBE', subjects: ['probe'], num_replicas: 3 };
    await waitFor(() => jsm.streams.add(probe), { what: 'a cluster that takes streams', ms: 60_000 });
    await jsm.streams.delete('PROBE');
    return {
      url,
      placesOf: (stream) =>
        waitFor(
          async () => {
            const { cluster, config } = await jsm.streams.info(stream);
            const { leader, replicas = [] } = cluster ?? {};
            if (replicas.length < config.num_replicas - 1) return null;
            const isWhole = replicas.every(({ current, offline }) => current && offline !== true);
            return leader !== undefined && isWhole && { leader, others: replicas.map(({ name }) => name) };
          },
          { what: `all replicas of ${stream}`, ms: 120_000 },
        ),
      serves: (name, address) => serverOf(name).url === `nats://${address}`,
      kill: async (name, signal) => {
        const server = serverOf(name);
        await signalProcess(server.id, signal);
        if (signal === 'SIGKILL') await server.exited;
      },
      start,
      stop: async () => {
        await nc.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
