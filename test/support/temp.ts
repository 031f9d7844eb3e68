import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary directory that does not outlive this process, nor do the servers in it. */
export type TempDir = {
  readonly dir: string;
  /** Tells the pid of the one server that is to be killed; the last one told counts. */
  readonly tell: (pid: number) => void;
  /** Kills and removes now. */
  readonly end: () => Promise<void>;
};

// Runs until its input ends, which it does however this process ends. A `lock` in the directory names an owner that
// would start its servers again, and every server has files of this very directory among its arguments.
const REAPER = `
while read -r pid; do last=$pid; done
for pid in $last $(sed -n 's/.*"pid": \\([0-9]*\\).*/\\1/p' "$1/lock" 2>/dev/null); do
  [ "$pid" = "$2" ] || kill -9 "$pid" 2>/dev/null
done
pkill -9 -f "$1/" 2>/dev/null
rm -rf "$1"`;

/** Makes a temporary directory with a watch on it that works even if this process is killed by SIGKILL. */
export const tempDir = async (): Promise<TempDir> => {
  const dir = await mkdtemp(join(tmpdir(), 'wildcat-test-'));
  const reaper = spawn('sh', ['-c', REAPER, 'reaper', dir, String(process.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(reaper, 'spawn');
  reaper.unref();
  return {
    dir,
    tell: (pid) => void reaper.stdin.write(`${pid}\n`),
    end: async () => {
      reaper.ref();
      reaper.stdin.end();
      if (reaper.exitCode === null) await once(reaper, 'exit');
    },
  };
};
