import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { WildcatError } from '../../errors.ts';

/** Runs ffmpeg; `onData` sees what it writes to its standard output. Throws `unprocessable` where it fails. */
export type Ffmpeg = (args: readonly string[], onData?: (bytes: Buffer) => void) => Promise<string>;

const LIMIT_MS = 120_000;
const MAX_WORDS = 20_000;

const runs = async (program: string): Promise<boolean> => {
  const child = spawn(program, ['-version'], { stdio: 'ignore' });
  return once(child, 'exit').then(
    ([code]) => code === 0,
    () => false,
  );
};

const installer = z.object({ default: z.object({ path: z.string() }) });

// Not installed everywhere: it is an optional dependency, and throws where there is no build for the machine.
const bundled = async (): Promise<string[]> => {
  const name = '@ffmpeg-installer/ffmpeg';
  const found: unknown = await import(name).catch(() => null);
  const parsed = installer.safeParse(found);
  return parsed.success ? [parsed.data.default.path] : [];
};

/** The ffmpeg that was named, else that on the PATH, else that of the package that brings one; null where none runs. */
export const findFfmpeg = async (named: string | undefined): Promise<string | null> => {
  const programs = named === undefined ? ['ffmpeg', ...(await bundled())] : [named];
  for (const program of programs) if (await runs(program)) return program;
  return null;
};

/** One ffmpeg run: two minutes at most, nothing but files and its own pipes. */
export const runFfmpeg =
  (program: string): Ffmpeg =>
  (args, onData) =>
    new Promise((resolve, reject) => {
      const options = ['-hide_banner', '-nostdin', '-v', 'info', '-protocol_whitelist', 'file,pipe'];
      const child = spawn(program, [...options, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: LIMIT_MS,
        killSignal: 'SIGKILL',
      });
      let words = '';
      child.stdout.on('data', (bytes: Buffer) => onData?.(bytes));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        words = (words + text).slice(-MAX_WORDS);
      });
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) return resolve(words);
        const cause = new Error(words.split('\n').at(-2) ?? `ffmpeg ended with ${code}`);
        reject(new WildcatError('unprocessable', 'The file is broken or can not be converted', { cause }));
      });
    });
