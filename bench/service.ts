import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NODE_FLAGS } from '../test/support/service.ts';
import { waitFor } from '../test/support/wait.ts';

/** A service in a process of its own, started through its real entry. */
export type BenchService = Readonly<{
  url: string;
  pid: number;
  /** Milliseconds from the start of the process to `wildcat listening`. */
  startedIn: number;
  get: (path: string) => Promise<Record<string, unknown>>;
  post: (path: string, body: unknown) => Promise<Record<string, unknown>>;
  /** SIGTERM; throws where it does not end with 0. */
  stop: () => Promise<void>;
}>;

const children = new Set<ChildProcess>();
const directories = new Set<string>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is gone when the bench is. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wildcat-bench-'));
  directories.add(directory);
  return directory;
};

const listening = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error('the service has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^wildcat listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the service ended before it listened');
};

/**
 * Starts `entry` (default: the service). Its log goes to a file, as in production to a collector: reading it here
 * would cost this process time. BENCH_NODE_ARGS are for profiling, e.g. `--cpu-prof --cpu-prof-dir=profiles`.
 */
export const startBenchService = async (
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [join('dist', 'src', 'main.js')],
): Promise<BenchService> => {
  const errors = join(temporaryDirectory(), 'stderr');
  const extra = (process.env.BENCH_NODE_ARGS ?? '').split(' ').filter((arg) => arg !== '');
  const begun = performance.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, ...extra, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', openSync(errors, 'w')],
  });
  const gone = once(child, 'exit');
  children.add(child);
  const url = await listening(child).catch((error: unknown) => {
    throw new Error(readFileSync(errors, 'utf8'), { cause: error });
  });
  const startedIn = performance.now() - begun;
  child.stdout?.resume();

  const ask = async (path: string, init?: RequestInit): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}${path}`, init);
    const body: unknown = await answer.json();
    if (!answer.ok || typeof body !== 'object' || body === null)
      throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
    return { ...body };
  };
  return {
    url,
    pid: child.pid ?? 0,
    startedIn,
    get: (path) => ask(path),
    post: (path, body) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await gone;
      children.delete(child);
      if (code !== 0) throw new Error(`the service ended with ${code}: ${readFileSync(errors, 'utf8')}`);
    },
  };
};

/** Waits until all views of a service have read the log. */
export const viewsBuilt = async (service: BenchService): Promise<unknown> =>
  waitFor(
    async () => {
      const { views } = await service.get('/health');
      return (views as readonly { state: string; lag: number }[]).every(
        ({ state, lag }) => state === 'running' && lag === 0,
      );
    },
    { what: 'views', ms: 3_600_000 },
  );
