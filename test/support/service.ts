import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { waitFor } from './wait.ts';

export type Answer<Body = Record<string, unknown>> = Readonly<{
  status: number;
  headers: Headers;
  body: Body;
}>;

/** A running service, driven as a user drives it: over HTTP, by signals. */
export type Service = Readonly<{
  url: string;
  pid: number;
  /** Milliseconds from the start of the process to its `wildcat listening`. */
  startedIn: number;
  get: (path: string, headers?: Record<string, string>) => Promise<Answer>;
  send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** Everything that it printed so far. */
  output: () => string;
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill: () => Promise<void>;
  signal: (signal: NodeJS.Signals) => void;
  /** Resolves when the process is gone, by whatever end. */
  gone: Promise<number | null>;
}>;

const LISTENING = /^wildcat listening on (\S+)$/;
const START_LIMIT_MS = 60_000;

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A directory that is gone when the test process is. */
export const temporaryDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wildcat-test-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

const answer = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } };
};

const { scripts } = z
  .object({ scripts: z.object({ start: z.string() }) })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
/** What Node is told by `npm start`. */
export const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--'));

/**
 * Starts the built service. `env` must name a WHATSAPP_SOCKET_URL: no test dials the real one. Rejects with its
 * output where it ends before it listens. `onSpawn` is told the process before it does anything.
 */
export const startService = async (
  env: Readonly<Record<string, string>>,
  onSpawn: (pid: number) => void = () => {},
): Promise<Service> => {
  assert.match(env.WHATSAPP_SOCKET_URL ?? '', /^ws:\/\/127\.0\.0\.1:/, 'tests need the sandbox');
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, '--enable-source-maps', join('dist', 'src', 'main.js')],
    {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  if (child.pid !== undefined) onSpawn(child.pid);
  const lines: string[] = [];
  let url: string | undefined;
  let startedIn = 0;
  const gone = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      children.delete(child);
      resolve(code);
    });
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const match = LISTENING.exec(line);
      if (match === null) return;
      url = match[1];
      startedIn = performance.now() - begun;
    });
  }
  const output = (): string => lines.join('\n');
  const listening = waitFor(() => url, { what: 'wildcat listening', ms: START_LIMIT_MS });
  const base = await Promise.race([listening, gone.then(() => undefined)]).catch(() => undefined);
  if (base === undefined) {
    child.kill('SIGKILL');
    throw new Error(`the service did not start:\n${output()}`);
  }
  return {
    url: base,
    pid: child.pid ?? 0,
    startedIn,
    gone,
    output,
    get: async (path, headers = {}) => answer(await fetch(`${base}${path}`, { headers })),
    send: async (method, path, body, headers = {}) =>
      answer(
        await fetch(`${base}${path}`, {
          method,
          headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    stop: () => {
      child.kill('SIGTERM');
      return gone;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
    signal: (signal) => void child.kill(signal),
  };
};
