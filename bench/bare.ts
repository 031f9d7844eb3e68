import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { BenchWorld } from './world.ts';

/** A bare Baileys in a process of its own, paired with a phone of its own. */
export type Bare = Readonly<{
  number: string;
  pid: number;
  /** Sends texts, `width` at once, each awaited until its ack; gives each one's milliseconds. */
  send: (to: readonly string[], count: number, width: number) => Promise<readonly number[]>;
  stop: () => Promise<void>;
}>;

const CLIENT = fileURLToPath(new URL('./bare-client.js', import.meta.url));
const news = z.union([
  z.object({ qr: z.string() }),
  z.object({ ready: z.literal(true) }),
  z.object({ took: z.array(z.number()) }),
]);

/**
 * Opens one with its keys in memory, or cached there and written through to the world's MongoDB; with `none` it receipts
 * what comes without decrypting it.
 */
export const openBare = async (world: BenchWorld, keys: 'memory' | 'mongo' | 'none'): Promise<Bare> => {
  const number = world.nextNumber();
  const phone = await world.sandbox.client.makePhone(number, { name: `bare ${keys}` });
  const { url, rootKey } = world.sandbox;
  const child = fork(CLIENT, [keys, url, rootKey, world.mongo.url, `keys_${number}`]);
  const gone = once(child, 'exit');
  const hear = async () => news.parse((await once(child, 'message'))[0]);
  for (let told = await hear(); !('ready' in told); told = await hear()) {
    if (!('qr' in told)) continue;
    await phone.scan(told.qr);
    child.send({ do: 'scanned' });
  }
  return {
    number,
    pid: child.pid ?? 0,
    send: async (to, count, width) => {
      child.send({ do: 'send', to, count, width });
      const told = await hear();
      if (!('took' in told)) throw new Error('expected the times of sends');
      return told.took;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
};
