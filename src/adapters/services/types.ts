import type { Logger } from '../../ports/logger.ts';

/** What a program needs to be found: where installed ones live and where progress is told. */
export type Finding = {
  /** Directory of installed programs; shared between data directories that may, as those of tests do. */
  readonly installDir: string;
  readonly log: Logger;
  /** Gives the search up. */
  readonly signal?: AbortSignal | undefined;
};

/** A server program that was found and knows how to run on one data directory. */
export type Program = {
  /** For people: `NATS`, `MongoDB`. */
  readonly name: string;
  /** What was taken and from where, for people: `nats-server 2.15.1 (PyPI wheel)`. */
  readonly taken: string;
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  /** Data directory, working directory, and home of `output.log`. Exists once `prepare` has run. */
  readonly dir: string;
  readonly prepare: (port: number) => Promise<void>;
  /** One try: resolves if the program serves on that port, rejects if it doesn't (yet). */
  readonly ready: (port: number) => Promise<void>;
  readonly url: (port: number) => string;
};
