// Writes journal rows without end until it is killed; says the number of each one that was committed.
// argv: MongoDB URL, database, account, epoch.
import { MongoClient } from 'mongodb';
import { loadSecretKey } from '../../src/adapters/crypto.ts';
import { createAuthStore } from '../../src/adapters/mongo/auth-store.ts';
import { ownerOf, TEST_SECRET } from './baileys.ts';

const [url = '', db = '', account = '', epoch = ''] = process.argv.slice(2);
const client = await new MongoClient(url).connect();
const store = createAuthStore(client.db(db), await loadSecretKey({ secretKey: TEST_SECRET, dataDir: '' }));
const journal = await store.open(ownerOf(account, Number(epoch)));
const found = journal.loaded.find(({ id }) => id === 'counter')?.value;
let folded: Promise<void> = Promise.resolve();
for (let n = typeof found === 'number' ? found + 1 : 1; ; n++) {
  await journal.write([
    { type: 'creds', id: 'counter', value: n },
    { type: 'session', id: `peer-${n % 7}`, value: { n } },
    { type: 'pre-key', id: String(n % 3), value: n % 2 === 0 ? null : Buffer.from([n % 256]) },
  ]);
  process.send?.(n);
  if (n % 20 === 0) {
    await folded;
    folded = journal.fold();
  }
}
