import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type SandboxClient, sandboxClient } from './client.ts';

export interface SandboxProcess {
  /** For `waWebSocketUrl`. */
  readonly url: string;
  /** For `WA_CERT_DETAILS.PUBLIC_KEY`, hex. */
  readonly rootKey: string;
  readonly controlUrl: string;
  /** PEM file of the authority behind the media host. */
  readonly caFile: string;
  readonly client: SandboxClient;
  readonly pid: number | undefined;
  /** Ends it and gives its exit code. */
  readonly close: () => Promise<number | null>;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/** Reads the lines a starting sandbox prints, until all four facts are known. Throws if it ends before. */
const readStart = async (child: ChildProcess) => {
  if (child.stdout === null) throw new Error('the sandbox has no output');
  const lines = createInterface({ input: child.stdout });
  let controlUrl: string | undefined;
  let url: string | undefined;
  let rootKey: string | undefined;
  for await (const line of lines) {
    controlUrl ??= /^sandbox listening on (http\S+)$/.exec(line)?.[1];
    url ??= /^WHATSAPP_SOCKET_URL=(\S+)$/.exec(line)?.[1];
    rootKey ??= /^WHATSAPP_ROOT_KEY=([0-9a-f]{64})$/.exec(line)?.[1];
    const caFile = /^WHATSAPP_CA=(.+)$/.exec(line)?.[1];
    if (rootKey !== undefined && controlUrl !== undefined && url !== undefined && caFile !== undefined) {
      return { controlUrl, url, rootKey, caFile };
    }
  }
  throw new Error('the sandbox ended before it listened');
};

/** Starts a sandbox in a process of its own, on a free port: for benches, and tests that measure. */
export const spawnSandbox = async (
  options: { readonly seed?: string; readonly data?: string; readonly wildcatUrl?: string } = {},
): Promise<SandboxProcess> => {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      PORT: '0',
      ...(options.seed === undefined ? {} : { SEED: options.seed }),
      ...(options.data === undefined ? {} : { DATA: options.data }),
      ...(options.wildcatUrl === undefined ? {} : { WILDCAT_URL: options.wildcatUrl }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  // an orphan would hold its port after a test run that was cut short
  const reap = () => child.kill('SIGKILL');
  process.once('exit', reap);
  const start = await readStart(child);
  child.stdout?.resume();
  return {
    ...start,
    client: sandboxClient(start.controlUrl),
    pid: child.pid,
    close: async () => {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', reap);
      return child.exitCode;
    },
  };
};
