import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a gateway process is told at its start. */
export type GatewayOrder = Readonly<{
  natsUrl: string;
  mongoUrl: string;
  socketUrl: string;
  rootKey: string;
  dbName: string;
  account: string;
  epoch: number;
  failpoint?: string;
  dedupeMs?: number;
  /** Relays this request, once caught up. */
  send?: unknown;
}>;

type GatewayProcess = Readonly<{
  /** Resolves when its session is connected and has caught up; rejects if it ends before. */
  ready: Promise<void>;
  /** Resolves with the signal that ended it. */
  exited: Promise<NodeJS.Signals | null>;
  kill: () => Promise<void>;
}>;

const MAIN = fileURLToPath(new URL('./gateway-main.js', import.meta.url));

const whenReady = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code, signal) => reject(new Error(`the gateway ended early: ${code ?? signal}`)));
  });

/** One account's gateway in a process of its own, to be killed without warning. */
export const startGateway = (order: GatewayOrder): GatewayProcess => {
  const child = fork(MAIN, [JSON.stringify(order)]);
  const exited = once(child, 'exit').then(([, signal]) => signal);
  const ready = whenReady(child);
  // who waits for `exited` need not care for `ready`
  ready.catch(() => undefined);
  return {
    ready,
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
};
