import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { framesAfter, makeFrameLog, noteFrame, readable } from '../../sandbox/server/frame-log.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915700000001';

let test: TestSandbox;
before(async () => {
  test = await openSandbox();
});
after(() => test.close());
dumpFramesOnFailure(() => test);

it('writes stanzas as a person reads them', () => {
  const keys = Array.from({ length: 9 }, () => ({ tag: 'key', attrs: {} }));
  const stanza = {
    tag: 'iq',
    attrs: { to: '@s.whatsapp.net' },
    content: [{ tag: 'id', attrs: {}, content: Buffer.from([1, 2, 3]) }, ...keys],
  };
  assert.equal(readable(stanza), '<iq to="@s.whatsapp.net"><id>3 bytes</id><key/>×9</iq>');
  assert.equal(readable({ tag: 'body', attrs: {}, content: Buffer.from('grüß') }), '<body>grüß</body>');
});

it('forgets the oldest frames', () => {
  const log = makeFrameLog(10);
  for (let at = 0; at < 1000; at++) {
    noteFrame(log, { tag: 'a', attrs: {} }, { at, direction: 'in', device: `${at % 2}.1` });
  }
  assert.ok(log.lines.length < 20);
  const all = framesAfter(log, { after: 0, limit: 100 });
  assert.deepEqual(
    all.map(({ number }) => number),
    [991, 992, 993, 994, 995, 996, 997, 998, 999, 1000],
  );
  assert.equal(framesAfter(log, { after: 996, account: '1', limit: 100 }).length, 2);
});

it('keeps what went over the wire, by account', async () => {
  const me = await test.pair(ME);
  const ben = await test.control.makePhone('4915700000002', { name: 'Ben' });
  const id = await ben.send(ME, 'seen on the wire');
  await me.server.waitForReceipt((receipt) => receipt.id === id);
  const frames = await test.control.frames({ account: ME });
  const message = frames.find(({ direction, text }) => direction === 'out' && text.includes(id));
  assert.match(
    message?.text ?? '',
    /^<message from="\d+@lid" id="AC[0-9A-F]+".* notify="Ben".*<enc v="2" type="pkmsg">\d+ bytes<\/enc>/,
  );
  assert.ok(frames.some(({ direction, text }) => direction === 'in' && text.includes(`<receipt id="${id}"`)));
  assert.deepEqual(
    await test.control.frames({ after: frames.at(-1)?.number ?? 0, account: '4915700000002' }),
    [],
  );
  assert.ok((await test.control.frames()).some(({ device }) => device === 'unpaired'));
});

it('dumps the session of an unmodified Baileys when a test fails', () => {
  const spec = fileURLToPath(new URL('./failing.fixture.js', import.meta.url));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, status } = spawnSync(process.execPath, ['--test', '--test-force-exit', spec], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 1, stdout);
  assert.match(stdout, /frames before the failure of "fails"/);
  assert.match(stdout, /4915700000003\.1 -> <message from="\d+@lid" .* notify="Ben".*<enc /);
  assert.match(stdout, /4915700000003\.1 <- <receipt /);
  assert.doesNotMatch(stdout, /frames before the failure of "passes"/);
});

it('does so in every spec that has a sandbox', () => {
  const folder = join('test', 'sandbox');
  const silent = readdirSync(folder).filter((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return /\b(open|start|spawn)Sandbox\(/.test(text) && !/^ *dumpFramesOnFailure\(/m.test(text);
  });
  assert.deepEqual(silent, []);
});
