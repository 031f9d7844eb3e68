import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Major, minor and patch. */
export type Version = readonly [number, number, number];

/** `2.12.3` of `2.12.3-beta.1`, as numbers; null where there is no version in the text. */
export const versionIn = (text: string): Version | null => {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
};

/** Whether the text's first version is at least `least`; false if it holds none. */
export const isAtLeast = (text: string, least: Version): boolean => {
  const found = versionIn(text);
  if (found === null) return false;
  const differs = found.findIndex((part, index) => part !== least[index]);
  return differs === -1 || (found[differs] ?? 0) > (least[differs] ?? 0);
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
