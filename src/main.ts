#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { compose } from './compose.ts';
import { ConfigError, loadDotEnv, readConfig } from './config.ts';
import { WildcatError } from './errors.ts';

// A stop that takes longer has lost more than it can still save: what is not durable by then comes again.
const STOP_LIMIT_MS = 25_000;

// Left alone, V8 lets the heap grow fourfold in a burst before it looks for garbage, and never gives that back.
setFlagsFromString('--heap-growing-percent=60');

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** People read what they can mend; a bug shows its stack. */
const explain = (error: unknown): string => {
  if (error instanceof ConfigError || error instanceof WildcatError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

const exitOnSignal = (stop: () => Promise<void>): void => {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    say(`wildcat stopping (${signal})`);
    setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        complain(`wildcat: ${explain(error)}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
};

try {
  loadDotEnv();
  const service = await compose(readConfig());
  exitOnSignal(service.stop);
  say(`wildcat listening on ${service.url}`);
} catch (error) {
  complain(`wildcat: ${explain(error)}`);
  process.exit(1);
}
