import { spawn } from 'node:child_process';
import { join } from 'node:path';

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;

/** A verb of the built program under way. */
export const startVerb = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Readonly<{ pid: number; ended: Promise<Ended> }> => {
  const child = spawn(process.execPath, ['--enable-source-maps', join('dist', 'src', 'main.js'), ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, output })),
  );
  return { pid: child.pid ?? 0, ended };
};

/** Runs a verb of the built program to its end. */
export const runVerb = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => startVerb(args, env).ended;
