import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../ports/logger.ts';
import { type ProcessId, stopProcess } from './process.ts';
import { type Running, startProgram } from './run.ts';
import type { Program } from './types.ts';

/** A server that is started again, on the same port and data, whenever it ends before `close`. */
type Supervised = {
  readonly url: string;
  /** Ends the server, to be started again; resolves when it is gone. */
  readonly restart: () => Promise<void>;
  /** Ends the server for good and resolves when it is gone. */
  readonly close: () => Promise<void>;
};

/** What happens around a supervised server. */
export type Watch = {
  readonly log: Logger;
  /** Told of every new process before it answers. */
  readonly onSpawn: (id: ProcessId, port: number) => Promise<void>;
};

const GRACE_MS = 15_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 5_000;
const STEADY_MS = 30_000;

/** Milliseconds to wait before start number `attempt` (from 0) in a row: 100, 200, 400 … 5000. */
export const backoff = (attempt: number): number => Math.min(FIRST_WAIT_MS * 2 ** attempt, MAX_WAIT_MS);

/**
 * Keeps a running server running until `close`. Its waits between failing starts grow to 5 s and start anew once it
 * ran for half a minute.
 */
export const supervise = (program: Program, first: Running, watch: Watch): Supervised => {
  const closing = new AbortController();
  const closed = () => closing.signal.aborted;
  const asked = once(closing.signal, 'abort');
  let current = first;
  let latest = first.id;

  const onSpawn = async (id: ProcessId): Promise<void> => {
    latest = id;
    await watch.onSpawn(id, first.port);
  };

  const revive = async (attempts: number): Promise<void> => {
    for (let attempt = attempts; !closed(); attempt++) {
      try {
        await sleep(backoff(attempt), undefined, { signal: closing.signal });
        current = await startProgram(program, first.port, {
          onSpawn,
          signal: closing.signal,
          log: watch.log,
        });
        return;
      } catch (err) {
        if (!closed()) watch.log.error({ server: program.name, err }, 'server did not start');
      }
    }
  };

  const keep = async (): Promise<void> => {
    let attempts = 0;
    while (!closed()) {
      const since = Date.now();
      await Promise.race([current.exited, asked]);
      if (closed()) return;
      watch.log.error({ server: program.name, pid: latest.pid }, 'server has ended, starting it again');
      attempts = Date.now() - since > STEADY_MS ? 0 : attempts + 1;
      await revive(attempts);
    }
  };

  const kept = keep();
  return {
    url: first.url,
    restart: () => stopProcess(latest, GRACE_MS),
    close: async () => {
      closing.abort();
      await stopProcess(latest, GRACE_MS);
      await kept;
      // one that was just being spawned
      await stopProcess(latest, GRACE_MS);
    },
  };
};
