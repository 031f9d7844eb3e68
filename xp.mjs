import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';

const N = Number(process.argv[2] ?? 100000);

import { rmSync } from 'node:fs';

rmSync('/tmp/sxp/data', { recursive: true, force: true });
const p = spawn(
  'secantusd-rs',
  [
    '--config',
    '/tmp/sxp/empty.toml',
    '--port',
    '29917',
    '--storage-path',
    '/tmp/sxp/data',
    '--cache-size',
    '256M',
    '--log-level',
    'WARNING',
  ],
  { stdio: 'inherit' },
);
try {
  await sleep(1500);
  const c = await new MongoClient('mongodb://127.0.0.1:29917/?directConnection=true').connect();
  const col = c.db('x').collection('texts');
  await c.db('x').createCollection('texts');
  await col.createIndexes([
    { key: { account: 1, words: 1, timestamp: -1, seq: -1 } },
    { key: { account: 1, chat: 1, words: 1, timestamp: -1, seq: -1 } },
    { key: { account: 1, timestamp: -1, seq: -1 } },
  ]);
  let t = Date.now();
  const w = (i, k) => 'w' + ((i * 2654435761 + k * 40503) % 5000).toString(36);
  for (let i = 0; i < N; i += 1000) {
    const docs = [];
    for (let j = i; j < i + 1000; j++) {
      const words = ['the'];
      for (let k = 0; k < 7; k++) words.push(w(j, k));
      if (j % 1000 === 0) words.push('rare');
      if (j === 77) words.push('unique');
      docs.push({
        _id: 'shop/' + j,
        account: 'shop',
        chat: 'c' + (j % 50),
        timestamp: 1700000000 + j * 10,
        seq: j,
        words,
      });
    }
    await col.insertMany(docs, { ordered: false });
  }
  console.log('seed', Date.now() - t);
  const time = async (name, f) => {
    await f();
    const ts = [];
    let n;
    for (let i = 0; i < 5; i++) {
      t = performance.now();
      n = (await f()).length;
      ts.push(performance.now() - t);
    }
    console.log(name, n, ts.map((x) => x.toFixed(1)).join(' '));
  };
  const B = 1700000000,
    E = B + N * 10;
  const pre = (s) => ({ $elemMatch: { $gte: s, $lt: s + '\uffff' } });
  const S = { timestamp: -1, seq: -1 };
  const P = { projection: { _id: 1, timestamp: 1, seq: 1 } };
  await time('eq unique nosort', () => col.find({ account: 'shop', words: 'unique' }, P).limit(51).toArray());
  await time('prefix unique elemMatch', () =>
    col
      .find({ account: 'shop', words: pre('uniq') }, P)
      .limit(51)
      .toArray(),
  );
  await time('prefix unique regex', () =>
    col.find({ account: 'shop', words: /^uniq/ }, P).limit(51).toArray(),
  );
  await time('prefix the elemMatch limit 51 nosort', () =>
    col
      .find({ account: 'shop', words: pre('the') }, P)
      .limit(51)
      .toArray(),
  );
  await time('prefix the window 200', () =>
    col
      .find({ account: 'shop', words: pre('the'), timestamp: { $gte: E - 2000, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('eq the window 200', () =>
    col
      .find({ account: 'shop', words: 'the', timestamp: { $gte: E - 2000, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('window only 200', () =>
    col
      .find({ account: 'shop', timestamp: { $gte: E - 2000, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('window only 1600', () =>
    col
      .find({ account: 'shop', timestamp: { $gte: E - 16000, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('prefix unique, full window', () =>
    col
      .find({ account: 'shop', words: pre('uniq'), timestamp: { $gte: 0, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('eq unique, full window', () =>
    col
      .find({ account: 'shop', words: 'unique', timestamp: { $gte: 0, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('eq rare, full window sort', () =>
    col
      .find({ account: 'shop', words: 'rare', timestamp: { $gte: 0, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('prefix w1, window 1600', () =>
    col
      .find({ account: 'shop', words: pre('w1'), timestamp: { $gte: E - 16000, $lt: E } }, P)
      .sort(S)
      .limit(51)
      .toArray(),
  );
  await time('chat eq unique', () =>
    col.find({ account: 'shop', chat: 'c27', words: 'unique' }, P).limit(51).toArray(),
  );
  await time('chat pre unique', () =>
    col
      .find({ account: 'shop', chat: 'c27', words: pre('uni') }, P)
      .limit(51)
      .toArray(),
  );
  await time('and pre', () =>
    col
      .find({ account: 'shop', $and: [{ words: pre('uni') }, { words: pre('th') }] }, P)
      .limit(51)
      .toArray(),
  );
  console.log(
    JSON.stringify(
      (await col.find({ account: 'shop', words: pre('uni') }).explain()).queryPlanner?.winningPlan,
    ),
  );
  console.log(
    JSON.stringify(
      (
        await col
          .find({ account: 'shop', words: 'unique', timestamp: { $gte: 0, $lt: E } })
          .sort(S)
          .explain()
      ).queryPlanner?.winningPlan,
    ),
  );
  await c.close();
} finally {
  p.kill();
}
