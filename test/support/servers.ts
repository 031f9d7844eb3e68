import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MongoEngine } from '../../src/adapters/services/mongo.ts';
import { freePort } from '../../src/adapters/services/ports.ts';
import { signalProcess, stopProcess } from '../../src/adapters/services/process.ts';
import { type Running, startProgram } from '../../src/adapters/services/run.ts';
import { mongoFor, natsFor } from '../../src/adapters/services/start.ts';
import type { Finding, Program } from '../../src/adapters/services/types.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { tempDir } from './temp.ts';

/** A real server of a spec's own. Call `stop` in `after`; a spec that dies, however, takes it along all the same. */
export type TestServer = {
  readonly url: string;
  readonly pid: () => number;
  /** Ends it and removes its data. */
  readonly stop: () => Promise<void>;
  /** SIGKILL resolves when it is gone; SIGSTOP and SIGCONT make it hang and go on. */
  readonly kill: (signal: NodeJS.Signals) => Promise<void>;
  /** Ends it in order if it runs, and starts it on the same port and data. */
  readonly restart: () => Promise<void>;
};

const GRACE_MS = 10_000;
// compiled to dist/test/support, so three up
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const say = (_fields: object, message: string) => void process.stderr.write(`# ${message}\n`);
const silent = () => undefined;
/** A logger for specs: tells what takes long and what goes wrong, drops the rest. */
export const testLog: Logger = { debug: silent, info: say, warn: say, error: say, child: () => testLog };

/** Programs are installed once per checkout, into the place where `npm start` looks too. */
export const testFinding: Finding = { installDir: join(ROOT, '.wildcat', 'programs'), log: testLog };

const serve = async (find: (dir: string) => Promise<Program>): Promise<TestServer> => {
  const temp = await tempDir();
  const start = async (program: Program, port: number): Promise<Running> => {
    const running = await startProgram(program, port);
    temp.tell(running.id.pid);
    return running;
  };
  // another spec's server may take the port that was just free
  const startAnywhere = async (program: Program, tries = 3): Promise<Running> => {
    try {
      return await start(program, await freePort());
    } catch (error) {
      if (tries === 1 || !/address already in use/i.test(String(error))) throw error;
      return startAnywhere(program, tries - 1);
    }
  };
  try {
    const program = await find(temp.dir);
    let running = await startAnywhere(program);
    return {
      url: running.url,
      pid: () => running.id.pid,
      stop: async () => {
        await stopProcess(running.id, 0);
        await temp.end();
      },
      kill: async (signal) => {
        await signalProcess(running.id, signal);
        if (signal === 'SIGKILL') await running.exited;
      },
      restart: async () => {
        await stopProcess(running.id, GRACE_MS);
        running = await start(program, running.port);
      },
    };
  } catch (error) {
    await temp.end();
    throw error;
  }
};

const withConfig = (program: Program, edit: (config: string) => string): Program => ({
  ...program,
  prepare: async (port) => {
    await program.prepare(port);
    const file = join(program.dir, 'nats.conf');
    await writeFile(file, edit(await readFile(file, 'utf8')));
  },
});

/**
 * A NATS server with JetStream on a free port, its store in a temporary directory; not synced on every write. `edit`
 * makes its configuration another one.
 */
export const startNats = (
  options: { durable?: boolean; edit?: (config: string) => string } = {},
): Promise<TestServer> => {
  const { durable = false, edit = (config) => config } = options;
  return serve(async (dir) => withConfig(await natsFor(testFinding, dir, { durable }), edit));
};

const refuse = (): Promise<never> => Promise.reject(new Error('TEST_MONGO_URL is not ours to stop'));

/**
 * A MongoDB (or what stands in for it here) on a free port, its data in a temporary directory. With TEST_MONGO_URL set
 * and neither an engine nor an `own` one asked for it is that server, shared with others: use a database name of your own. Not
 * `durable` it is faster, but a stand-in then loses what it acknowledged when it is killed by SIGKILL.
 */
export const startMongo = async (
  options: { engine?: MongoEngine; durable?: boolean; own?: boolean } = {},
): Promise<TestServer> => {
  const url = process.env.TEST_MONGO_URL;
  if (url !== undefined && options.engine === undefined && options.own !== true)
    return { url, pid: () => 0, stop: () => Promise.resolve(), kill: refuse, restart: refuse };
  const { engine, durable = false } = options;
  return serve((dir) => mongoFor(testFinding, dir, engine === undefined ? { durable } : { durable, engine }));
};
