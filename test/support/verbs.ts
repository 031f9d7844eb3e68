import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;

/** Runs a verb of the built program to its end. */
export const runVerb = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const child = spawn(process.execPath, ['--enable-source-maps', join('dist', 'src', 'main.js'), ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  const [code, signal]: [number | null, NodeJS.Signals | null] = await once(child, 'close').then(
    ([first, second]) => [first, second],
  );
  return { code, signal, output };
};
