// What reading a page costs at least: Koa, one find with the bare driver, JSON. argv = URL of MongoDB, database, collection; the
// page is that of GET /: account, chat (its key) and the time after which it is looked for as its query says.
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { MongoClient } from 'mongodb';

const [url = '', dbName = '', name = ''] = process.argv.slice(2);
const client = await new MongoClient(url).connect();
const messages = client.db(dbName).collection(name);
const app = new Koa();
app.use(async (ctx) => {
  const { account, chat, after } = ctx.query;
  const found = await messages
    .find(
      { account: String(account), chat: String(chat), timestamp: { $gt: Number(after) } },
      { projection: { raw: 0 } },
    )
    .sort({ timestamp: -1, seq: -1 })
    .limit(50)
    .toArray();
  ctx.body = { ok: true, messages: found };
});
const server = app.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
