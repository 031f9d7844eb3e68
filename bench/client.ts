// One client of a bench in a process of its own, forked by rig.ts: argv = kind, number, where (JSON). Says `ready` once
// it is paired. Then it answers {do: 'usage'} with its processor time and memory, and {do: 'send'} by sending `count`
// texts, `width` at a time, with the milliseconds that took and each send's own.
import { z } from 'zod';
import { sandboxClient } from '../sandbox/client.ts';
import { KINDS, openClient, type Where } from './clients.ts';

const [kindText, number = '', whereText = ''] = process.argv.slice(2);
// written by rig.ts
const where = JSON.parse(whereText) as Where;
const phone = await sandboxClient(where.controlUrl).makePhone(number, { name: number });
const send = await openClient(z.enum(KINDS).parse(kindText), phone, where);

const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('usage') }),
  z.object({ do: z.literal('send'), to: z.string(), count: z.number(), width: z.number() }),
]);

const usage = () => {
  const { user, system } = process.cpuUsage();
  return { cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage().rss / 1_048_576 };
};

let sent = 0;
const sendMany = async (to: string, count: number, width: number) => {
  const each: number[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now();
      await send(to, `3EB0BE${String(++sent).padStart(16, '0')}`, `text ${sent}`);
      each.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: width }, worker));
  return { ms: performance.now() - began, each };
};

process.on('message', (message) => {
  const asked = order.parse(message);
  const answer =
    asked.do === 'usage' ? Promise.resolve(usage()) : sendMany(asked.to, asked.count, asked.width);
  answer.then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.('ready');
