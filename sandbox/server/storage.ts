import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { z } from 'zod';
import type { State } from './state.ts';
import { noTrouble } from './trouble.ts';
import type { World } from './world.ts';

/** Rises when a State of before could not be read by the code of now. */
const FORMAT = 1;
/** Milliseconds without a write after a change; longer for a state that takes long to write. */
const PAUSE = 300;
const PAUSE_PER_WRITE = 10;

const fileIn = (directory: string) => join(directory, 'sandbox.state');

const stored = z.object({
  format: z.literal(FORMAT),
  state: z.custom<State>((value) => typeof value === 'object'),
});

/** The state kept in a directory; undefined in one that is new. Throws when it was written by another version. */
export const loadState = async (directory: string): Promise<State | undefined> => {
  await mkdir(directory, { recursive: true });
  const data = await readFile(fileIn(directory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (data === undefined) return undefined;
  const whole = stored.safeParse(deserialize(data));
  if (!whole.success) throw new Error(`${fileIn(directory)} is of another version: remove it to start anew`);
  const { state } = whole.data;
  // an older sandbox knew fewer kinds of it
  for (const phone of state.phones.values()) phone.trouble = { ...noTrouble(), ...phone.trouble };
  return state;
};

/** Writes beside, then renames: a crash leaves the old state or the new one, never half of one. */
const write = async (directory: string, data: Uint8Array): Promise<void> => {
  const beside = `${fileIn(directory)}.new`;
  const file = await open(beside, 'w');
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, fileIn(directory));
};

/**
 * Keeps the state of a world in a directory: some 300 ms after something happened, one write at a time. `close` writes
 * what is left and ends it; a process that is killed loses what came after its last write.
 */
export const keepState = (world: World, directory: string): { readonly close: () => Promise<void> } => {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let dirty = true;
  let pause = PAUSE;

  const flush = async () => {
    while (dirty) {
      dirty = false;
      const started = performance.now();
      await write(directory, serialize({ format: FORMAT, state: world.state }));
      pause = Math.max(PAUSE, (performance.now() - started) * PAUSE_PER_WRITE);
    }
  };
  const start = () => {
    timer = undefined;
    writing = flush()
      .catch(world.onError)
      .finally(() => {
        writing = undefined;
        if (dirty) onChange();
      });
  };
  const onChange = () => {
    dirty = true;
    if (writing === undefined) timer ??= setTimeout(start, pause);
  };
  world.changes.on('change', onChange);
  onChange();
  return {
    close: async () => {
      world.changes.off('change', onChange);
      clearTimeout(timer);
      await writing;
      await flush();
    },
  };
};
