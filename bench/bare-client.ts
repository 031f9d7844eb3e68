// One bare Baileys in a process of its own, driven over IPC by bare.ts: argv = keys (memory or mongo), then the URL and
// root key of the sandbox, and for mongo the URL and a collection. With keys `none` it receipts without decrypting. Imports no more than it needs: its resident memory
// is one of the figures.
import type { WASocket } from '@whiskeysockets/baileys';
import { type BareBaileys, makeMemoryAuth, pairBaileys } from '../test/support/bare-baileys.ts';

const [keys = '', url = '', rootKey = '', mongoUrl = '', collection = ''] = process.argv.slice(2);

const openAuth = async () => {
  if (keys !== 'mongo') return makeMemoryAuth();
  const [{ MongoClient }, { mongoAuth }] = await Promise.all([import('mongodb'), import('./mongo-auth.ts')]);
  const client = await new MongoClient(mongoUrl).connect();
  return mongoAuth(client.db('bench_bare'), collection);
};

/** Sends texts, `width` at once, each until the server has acknowledged it. Resolves with each one's milliseconds. */
const sendAll = async ({ sock }: BareBaileys, to: readonly string[], count: number, width: number) => {
  const acked = new Map<string, () => void>();
  const onAck = ({ attrs }: { attrs: { id?: string } }) => acked.get(attrs.id ?? '')?.();
  sock().ws.on('CB:ack,class:message', onAck);
  const took: number[] = [];
  let next = 0;
  const work = async () => {
    for (let n = next++; n < count; n = next++) {
      const begun = performance.now();
      const messageId = `3EB0${n.toString(16).padStart(6, '0')}${Date.now().toString(16).padStart(12, '0')}`;
      const answer = new Promise<void>((resolve) => acked.set(messageId, resolve));
      await sock().sendMessage(to[n % to.length] ?? '', { text: `message ${n}` }, { messageId });
      await answer;
      acked.delete(messageId);
      took.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  sock().ws.off('CB:ack,class:message', onAck);
  return took;
};

type Order = { do: 'send'; to: string[]; count: number; width: number } | { do: 'scanned' };

let scanned = () => {};
const scan = (qr: string) =>
  new Promise<void>((resolve) => {
    scanned = resolve;
    process.send?.({ qr });
  });

let client: BareBaileys | undefined;
process.on('message', (order: Order) => {
  if (order.do === 'scanned') return scanned();
  if (client === undefined) return;
  void sendAll(client, order.to, order.count, order.width).then((took) => process.send?.({ took }));
});
process.on('disconnect', () => process.exit(0));

/** Nothing but the wire: what comes is decoded and receipted, and nobody decrypts it. */
const onlyReceipt = (sock: WASocket) => {
  sock.ws.removeAllListeners('CB:message');
  sock.ws.on('CB:message', ({ attrs: { id, from } }: { attrs: Record<string, string> }) => {
    void sock.sendNode({ tag: 'receipt', attrs: { id: id ?? '', to: from ?? '' } });
  });
};

client = await pairBaileys({ url, rootKey }, scan, { auth: await openAuth() });
if (keys === 'none') onlyReceipt(client.sock());
process.send?.({ ready: true });
