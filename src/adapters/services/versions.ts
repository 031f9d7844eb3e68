import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `2.12` of `2.12.3-beta.1`, as numbers; null where there is no version in the text. */
export const versionIn = (text: string): readonly [number, number] | null => {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2])];
};

/** Whether the text's first version is at least `major.minor`; false if it holds none. */
export const isAtLeast = (text: string, [major, minor]: readonly [number, number]): boolean => {
  const found = versionIn(text);
  return found !== null && (found[0] > major || (found[0] === major && found[1] >= minor));
};

/** What `command --version` prints first (`nats-server: v2.15.1`), or null if it isn't on PATH. */
export const versionOf = async (command: string): Promise<string | null> => {
  try {
    const { stdout, stderr } = await run(command, ['--version'], { timeout: 5_000 });
    return (stdout.trim() || stderr.trim()).split(/\r?\n/)[0] ?? null;
  } catch {
    return null;
  }
};
