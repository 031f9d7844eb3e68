import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type SandboxProcess, spawnSandbox } from '../sandbox/spawn.ts';
import { startMongo, startNats } from '../test/support/servers.ts';
import type { Kind, Where } from './clients.ts';

const CLIENT = fileURLToPath(new URL('./client.js', import.meta.url));
const usage = z.object({ cpuMs: z.number(), rssMb: z.number() });
const sends = z.object({ ms: z.number(), each: z.array(z.number()) });

export type Client = Readonly<{
  number: string;
  usage: () => Promise<z.infer<typeof usage>>;
  send: (to: string, count: number, width: number) => Promise<z.infer<typeof sends>>;
  end: () => void;
}>;

export type Rig = Readonly<{
  sandbox: SandboxProcess;
  /** A paired client in a process of its own. */
  open: (kind: Kind) => Promise<Client>;
  close: () => Promise<void>;
}>;

const answerOf = async (child: ChildProcess, order: object): Promise<unknown> => {
  const died = once(child, 'exit').then(() => Promise.reject(new Error('the client died')));
  died.catch(() => undefined);
  const answer = once(child, 'message');
  child.send(order);
  return (await Promise.race([answer, died]))[0];
};

/** Servers for a bench, all writing durably, and clients to compare on them in one run. */
export const openRig = async (): Promise<Rig> => {
  const [nats, mongo, sandbox] = await Promise.all([
    startNats({ durable: true }),
    startMongo({ durable: true, engine: 'secantusd-rs' }),
    spawnSandbox(),
  ]);
  const where: Where = {
    socketUrl: sandbox.url,
    rootKey: sandbox.rootKey,
    controlUrl: sandbox.controlUrl,
    natsUrl: nats.url,
    mongoUrl: mongo.url,
  };
  let numbers = 4_915_500_000_000;
  return {
    sandbox,
    open: async (kind) => {
      const number = String(++numbers);
      const child = fork(CLIENT, [kind, number, JSON.stringify(where)]);
      await once(child, 'message');
      return {
        number,
        usage: async () => usage.parse(await answerOf(child, { do: 'usage' })),
        send: async (to, count, width) =>
          sends.parse(await answerOf(child, { do: 'send', to, count, width })),
        end: () => void child.kill('SIGKILL'),
      };
    },
    close: async () => {
      await Promise.all([sandbox.close(), nats.stop(), mongo.stop()]);
    },
  };
};

/** The middle value. */
export const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
