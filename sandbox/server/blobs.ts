import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes by name, beside the state: they would be written with every change of it. */
export interface Blobs {
  readonly put: (name: string, bytes: Buffer) => void;
  readonly get: (name: string) => Buffer | undefined;
  readonly drop: (name: string) => void;
}

export const memoryBlobs = (): Blobs => {
  const all = new Map<string, Buffer>();
  return {
    put: (name, bytes) => void all.set(name, bytes),
    get: (name) => all.get(name),
    drop: (name) => void all.delete(name),
  };
};

const read = (path: string): Buffer | undefined => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** One file each in a directory, made if need be; what is not among `known` is left over and removed. */
export const diskBlobs = (directory: string, known: ReadonlySet<string>): Blobs => {
  mkdirSync(directory, { recursive: true });
  const path = (name: string) => join(directory, name);
  for (const name of readdirSync(directory)) if (!known.has(name)) rmSync(path(name));
  return {
    put: (name, bytes) => writeFileSync(path(name), bytes),
    get: (name) => read(path(name)),
    drop: (name) => rmSync(path(name), { force: true }),
  };
};
