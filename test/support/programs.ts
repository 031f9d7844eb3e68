import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Whether a program is on this machine. */
export const has = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** A running program and the lines it has printed so far. */
export type Program = Readonly<{
  lines: readonly string[];
  errors: () => string;
  /** Resolves when it is gone. */
  ended: Promise<void>;
  kill: () => Promise<void>;
}>;

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

export const startProgram = (command: readonly string[], env: Readonly<Record<string, string>>): Program => {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const lines: string[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  child.stderr.on('data', (data) => {
    errors += data;
  });
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    lines,
    errors: () => errors,
    ended: gone,
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
      children.delete(child);
    },
  };
};
