import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dirSize } from './dir-size.ts';
import type { Finding } from './types.ts';

const DOWNLOADER = fileURLToPath(new URL('./mongod-download.js', import.meta.url));
const STALL_MS = 7_000;
const RETRY_AFTER_MS = 3_600_000;
const PROGRESS_MS = 500;

const noteOf = (dir: string) => join(dir, 'failed');

const directoryOf = (installDir: string) => join(installDir, 'mongod');

/** When a download that failed lately is to be tried again; null where none did. */
export const triedAgainAt = async (installDir: string): Promise<Date | null> => {
  const note = await readFile(noteOf(directoryOf(installDir)), 'utf8').catch(() => '');
  const at = Date.parse(note) + RETRY_AFTER_MS;
  return Date.now() < at ? new Date(at) : null;
};

// Ended when nothing has arrived for a while: a slow download may take its time, one that can't be had may not.
const endWhenStalled = async (dir: string, gone: () => boolean, end: () => void): Promise<void> => {
  let size = await dirSize(dir);
  let since = Date.now();
  while (!gone()) {
    await sleep(PROGRESS_MS);
    const now = await dirSize(dir);
    if (now !== size) since = Date.now();
    size = now;
    if (Date.now() - since > STALL_MS) return end();
  }
};

const download = async (dir: string, signal: AbortSignal | undefined): Promise<string | null> => {
  const child = spawn(process.execPath, [DOWNLOADER, dir], { stdio: ['ignore', 'pipe', 'ignore'], signal });
  let output = '';
  let gone = false;
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  const closed = new Promise<void>((resolve) => {
    child.once('error', () => resolve()).once('close', () => resolve());
  }).finally(() => {
    gone = true;
  });
  await Promise.all([
    closed,
    endWhenStalled(
      dir,
      () => gone,
      () => child.kill('SIGKILL'),
    ),
  ]);
  return /^mongod=(.+)$/m.exec(output)?.[1] ?? null;
};

/**
 * The path of a real mongod, downloaded once into the install directory; null if it can't be had. That takes 7 s
 * to find out where there is no network, so it isn't tried again for an hour. Throws the signal's reason where it was
 * given up: nothing has failed then.
 */
export const downloadMongod = async ({ installDir, log, signal }: Finding): Promise<string | null> => {
  const dir = directoryOf(installDir);
  if ((await triedAgainAt(installDir)) !== null) return null;
  await mkdir(dir, { recursive: true });
  const shown = setTimeout(() => log.info({}, 'downloading MongoDB …'), 1_000);
  const path = await download(dir, signal);
  clearTimeout(shown);
  signal?.throwIfAborted();
  if (path === null) await writeFile(noteOf(dir), new Date().toISOString());
  return path;
};
