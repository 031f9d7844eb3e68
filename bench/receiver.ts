import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A webhook receiver in a process of its own, which counts what it gets by path. */
type BenchReceiver = Readonly<{
  url: string;
  /** Resolves once a path was posted to so often. Not polled: that would take a tenth of a core from what is measured. */
  reached: (path: string, count: number) => Promise<void>;
  stop: () => void;
}>;

export const spawnReceiver = async (): Promise<BenchReceiver> => {
  const child = fork(fileURLToPath(new URL('./receiver-main.js', import.meta.url)));
  process.on('exit', () => child.kill('SIGKILL'));
  const [port] = await once(child, 'message');
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    reached: async (path, count) => void (await fetch(`${url}${path}?${count}`)),
    stop: () => void child.kill('SIGKILL'),
  };
};
