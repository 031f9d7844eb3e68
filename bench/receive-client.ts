// One client of the receive bench in a process of its own, run by receive.ts: argv = kind, account number, then the
// URLs of sandbox socket, root key, sandbox control, NATS and MongoDB. Says `ready` once it is paired and caught up,
// and answers `cpu` with the milliseconds of processor time it has used and its resident memory.
import { MongoClient } from 'mongodb';
import { sandboxClient } from '../sandbox/client.ts';
import { openGateway, ownerOf, pair } from '../test/support/baileys.ts';
import { makeMemoryAuth, pairBaileys } from '../test/support/bare-baileys.ts';
import { mongoAuth } from './mongo-auth.ts';

const [kind = '', number = '', url = '', rootKey = '', controlUrl = '', natsUrl = '', mongoUrl = ''] =
  process.argv.slice(2);
const control = sandboxClient(controlUrl);
const phone = await control.makePhone(number, { name: number });

const openBare = async () => {
  if (kind === 'memory') return pairBaileys({ url, rootKey }, phone.scan, { auth: makeMemoryAuth() });
  const client = await new MongoClient(mongoUrl).connect();
  return pairBaileys({ url, rootKey }, phone.scan, { auth: mongoAuth(client.db('bench'), `bare_${number}`) });
};

if (kind === 'wildcat') {
  const gateway = await openGateway(
    { natsUrl, mongoUrl, socketUrl: url, rootKey },
    { dbName: 'bench_state' },
  );
  await pair(gateway.whatsApp, ownerOf(`a${number}`, 1), phone.scan);
} else {
  await openBare();
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1_000, rssMb: process.memoryUsage().rss / 1_048_576 });
});
process.send?.('ready');
