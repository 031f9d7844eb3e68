import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createRawLog } from '../../src/adapters/jetstream/raw-log.ts';
import { type ExportWish, exportLog } from '../../src/archive/export.ts';
import { importLog } from '../../src/archive/import.ts';
import { readManifest } from '../../src/archive/manifest.ts';
import { purgeLog } from '../../src/archive/purge.ts';
import { verifyArchive } from '../../src/archive/verify.ts';
import { hasCode } from '../../src/errors.ts';
import type { RawLog, RawMessage } from '../../src/ports/raw-log.ts';
import { created, openLog, readAll, received, type TestLog } from '../support/log.ts';
import { startNats, type TestServer } from '../support/servers.ts';
import { temporaryDirectory } from '../support/service.ts';
import { silentLog } from '../support/silent-log.ts';

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
const ALL = { subjects: ['wildcat.>'], after: 0 };

type Side = Readonly<{ test: TestLog; raw: RawLog }>;

describe('an archive', () => {
  const servers: TestServer[] = [];
  let origin: Side;
  let copy: Side;
  let dir: string;

  const open = async (nats: TestServer): Promise<Side> => {
    const wipe = await openLog(nats.url);
    await wipe.jsm.streams.delete('WILDCAT');
    await wipe.close();
    const test = await openLog(nats.url);
    return { test, raw: await createRawLog(test.nc, silentLog) };
  };
  before(async () => {
    servers.push(...(await Promise.all([startNats(), startNats()])));
  });
  beforeEach(async () => {
    await Promise.all([origin?.test.close(), copy?.test.close()]);
    const [one, other] = await Promise.all(servers.map(open));
    assert.ok(one !== undefined && other !== undefined);
    [origin, copy] = [one, other];
    dir = join(temporaryDirectory(), 'archive');
  });
  after(async () => {
    await Promise.all([origin?.test.close(), copy?.test.close()]);
    await Promise.all(servers.map((server) => server.stop()));
  });

  const messagesOf = async ({ raw }: Side): Promise<RawMessage[]> => {
    const { lastSeq: until } = await raw.state();
    const found: RawMessage[] = [];
    for await (const batch of raw.read({ ...ALL, until }, quiet.signal)) found.push(...batch);
    return found;
  };
  const exported = (wish: ExportWish = {}, to = dir, signal = quiet.signal) =>
    exportLog(
      {
        log: origin.raw,
        blobs: origin.test.blobs,
        files: { findById: () => Promise.resolve(null), open: () => assert.fail('no file was asked for') },
        now: () => new Date(),
        onProgress: quiet.onProgress,
        onMissing: () => assert.fail('nothing is missing'),
        signal,
      },
      to,
      wish,
    );
  const importing = (from = dir, changes: Partial<Parameters<typeof importLog>[0]> = {}) =>
    importLog(
      {
        log: copy.raw,
        blobs: copy.test.blobs,
        restoreFile: () => assert.fail('there is no file'),
        onVerified: () => undefined,
        failpoint: () => undefined,
        ...quiet,
        ...changes,
      },
      from,
    );
  /** `count` messages, behind the decision that made the account. */
  const fill = async (count: number, from = 0): Promise<void> => {
    if (from === 0) await origin.test.log.appendDecision(created(), 0);
    for (let n = from; n < from + count; n += 500)
      await Promise.all(
        Array.from({ length: Math.min(500, from + count - n) }, (_, at) =>
          origin.test.log.append(received(`W${n + at}`)),
        ),
      );
  };
  const contents = (messages: readonly RawMessage[]) =>
    messages.map(({ subject, payload }) => [subject, Buffer.from(payload).toString('utf8')]);
  const copies = async () => contents(await messagesOf(copy));

  it('brings every message back in its order, byte for byte, with its origin', async () => {
    await fill(1_200);
    await origin.test.nc.request('wildcat.shop.message.strange._', Buffer.from([0, 255, 10, 13]));
    await origin.test.jsm.streams.deleteMessage('WILDCAT', 9);
    const manifest = await exported({ segmentChars: 100_000 });
    assert.ok(manifest.segments.length > 2, 'several segments');
    const { messages, end } = await importing();
    const [before, now] = await Promise.all([messagesOf(origin), messagesOf(copy)]);
    assert.equal(before.length, 1_202);
    assert.deepEqual([messages, end], [1_202, 1_202]);
    assert.deepEqual(contents(now), contents(before));
    assert.deepEqual(
      now.map(({ headers }) => headers['Wildcat-Origin']),
      before.map(({ seq }) => `WILDCAT/${seq}`),
    );
    assert.equal(now[5]?.headers['Wa-Type'], 'message.received');
    // what the codec makes of it is the same, ids included
    const ids = (entries: Awaited<ReturnType<typeof readAll>>) =>
      entries.map((entry) => (entry.kind === 'event' ? entry.event.id : entry.kind));
    assert.deepEqual(ids(await readAll(copy.test.log)), ids(await readAll(origin.test.log)));
    // and decisions go on from there
    const { version } = await copy.test.log.appendDecision(created('Second'), 2);
    assert.equal(version, end + 2);
  });

  it('holds an account or a stretch, where that is asked for', async () => {
    await fill(10);
    await origin.test.log.append(received('X1', { account: 'other' }));
    const one = await exported({ account: 'other' });
    assert.deepEqual([one.messages, one.account, one.from, one.to], [1, 'other', 1, 13]);
    const stretch = await exported({ from: 3, to: 5 }, `${dir}-stretch`);
    assert.deepEqual(
      [stretch.messages, stretch.segments.map(({ first, last }) => [first, last])],
      [3, [[3, 5]]],
    );
    const text = gunzipSync(
      await readFile(join(`${dir}-stretch`, stretch.segments[0]?.file ?? '')),
    ).toString();
    assert.deepEqual(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).event.data.waId),
      ['W0', 'W1', 'W2'],
    );
    await assert.rejects(exported({ to: 99 }, `${dir}-x`), (error) => hasCode(error, 'invalid'));
    await assert.rejects(exported({ from: 9, to: 5 }, `${dir}-x`), (error) => hasCode(error, 'invalid'));
    await assert.rejects(exported({ account: 'none' }, `${dir}-x`), (error) => hasCode(error, 'not_found'));
    await assert.rejects(exported({}, dir), (error) => hasCode(error, 'already_exists'));
  });

  it('carries blobs, and puts them back before the events that refer to them', async () => {
    const raw = Buffer.alloc(600_000, 7);
    await origin.test.log.append(received('BIG', { raw: raw.toString('base64') }));
    await exported();
    const [hash = ''] = await readdir(join(dir, 'blobs'), { recursive: true }).then((names) =>
      names.filter((name) => name.length > 60).map((name) => name.slice(3)),
    );
    assert.equal((await verifyArchive(dir, quiet)).blobs, 1);
    await importing();
    assert.deepEqual(await copy.test.blobs.get('shop', hash), raw);

    await writeFile(join(dir, 'blobs', hash.slice(0, 2), hash), Buffer.alloc(600_000, 8));
    await assert.rejects(verifyArchive(dir, quiet), /its sha256 is not its name/);
    await rm(join(dir, 'blobs'), { recursive: true });
    await assert.rejects(verifyArchive(dir, quiet), /refers, at position 1, to the blob [0-9a-f]{64}/);
  });

  it('is refused, before the first append, where a byte of it has changed', async () => {
    await fill(300);
    const { segments } = await exported({ segmentChars: 40_000 });
    const path = join(dir, segments.at(-1)?.file ?? '');
    const sound = await readFile(path);
    for (const at of [Math.floor(sound.length / 2), sound.length - 1, 4]) {
      const bad = Buffer.from(sound);
      bad[at] = (bad[at] ?? 0) ^ 1;
      await writeFile(path, bad);
      await assert.rejects(importing(), (error) => hasCode(error, 'unprocessable'), `byte ${at}`);
    }
    await writeFile(path, sound.subarray(0, sound.length - 20));
    await assert.rejects(importing(), /is damaged/);
    await rm(path);
    await assert.rejects(importing(), /is damaged/);
    await writeFile(path, sound);
    const manifest = join(dir, 'manifest.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/"to": \d+/, '"to": 9999'));
    await assert.rejects(importing(), /its own sha256 does not fit/);
    await writeFile(manifest, text);
    assert.equal((await copy.raw.state()).lastSeq, 0);
    await importing();
    assert.equal((await copies()).length, 302);
  });

  it('is refused by a log that holds something else', async () => {
    await fill(3);
    await exported();
    await copy.test.log.append(received('OTHER'));
    await assert.rejects(importing(), (error) => hasCode(error, 'already_exists'));
    assert.equal((await copies()).length, 1);
  });

  it('goes on where an import was stopped, and once done has nothing to do', async () => {
    await fill(900);
    await exported();
    const stopping = new AbortController();
    await assert.rejects(
      importing(dir, { signal: stopping.signal, failpoint: () => stopping.abort(new Error('enough')) }),
      /enough/,
    );
    assert.equal((await copies()).length, 256);
    assert.equal((await importing()).messages, 902 - 256);
    assert.deepEqual(await copies(), contents(await messagesOf(origin)));
    assert.equal((await importing()).messages, 0);
    assert.equal((await copies()).length, 902);
  });

  it('doubles nothing and leaves nothing out where acks are lost', async () => {
    await fill(900);
    await exported();
    let appends = 0;
    const lossy: Pick<RawLog, 'state' | 'last' | 'append'> = {
      ...copy.raw,
      append: async (at, messages) => {
        appends += 1;
        if (appends % 3 === 0) return 'lost on the way';
        const trouble = await copy.raw.append(at, messages);
        return appends % 2 === 0 ? 'answer lost' : trouble;
      },
    };
    await importing(dir, { log: lossy });
    assert.ok(appends > 4);
    assert.deepEqual(await copies(), contents(await messagesOf(origin)));
  });

  it('stops where somebody else writes to the log meanwhile', async () => {
    await fill(900);
    await exported();
    let windows = 0;
    const meddling = {
      ...copy.raw,
      append: async (at: number, messages: Parameters<RawLog['append']>[1]) => {
        windows += 1;
        if (windows === 2) await copy.test.log.append(received('OTHER'));
        return copy.raw.append(at, messages);
      },
    };
    await assert.rejects(importing(dir, { log: meddling }), (error) => hasCode(error, 'version_conflict'));
    await assert.rejects(importing(), (error) => hasCode(error, 'already_exists'));
    assert.equal((await copies()).length, 257);
  });

  it('leaves no archive where an export is stopped, and is made by the same call', async () => {
    await fill(2_000);
    const stopping = new AbortController();
    const stopped = exportLog(
      {
        log: origin.raw,
        blobs: origin.test.blobs,
        files: { findById: () => Promise.resolve(null), open: () => assert.fail('no file') },
        now: () => new Date(),
        onMissing: () => undefined,
        signal: stopping.signal,
        onProgress: () => stopping.abort(new Error('enough')),
      },
      dir,
      {},
    );
    await assert.rejects(stopped);
    await assert.rejects(readManifest(dir), (error) => hasCode(error, 'unprocessable'));
    assert.equal((await exported()).messages, 2_002);
    assert.equal((await verifyArchive(dir, quiet)).manifest.messages, 2_002);
  });

  it('may be purged, and the archives of several purges make the whole log again', async () => {
    await fill(50);
    const whole = contents(await messagesOf(origin));
    const first = await exported({ to: 30 });
    const done = [{ name: 'view messages', subjects: ['wildcat.*.message.>'], position: 52 }];
    const late = [{ name: 'view messages', subjects: ['wildcat.*.message.>'], position: 20 }];
    await assert.rejects(purgeLog(origin.raw, 40, first, done), /the archive ends at 30, before 40/);
    await assert.rejects(purgeLog(origin.raw, 30, first, late), /view messages stands at 20 .* event 21/);
    const other = { ...first, stream: { ...first.stream, created: '2020-01-01T00:00:00Z' } };
    await assert.rejects(purgeLog(origin.raw, 30, other, done), /this one is of/);
    await assert.rejects(purgeLog(origin.raw, 30, { ...first, account: 'shop' }, done), /only/);
    assert.equal((await messagesOf(origin)).length, 52);

    await purgeLog(origin.raw, 30, first, done);
    const left = await messagesOf(origin);
    // what decisions are made from stays
    assert.deepEqual(
      left.slice(0, 3).map(({ seq }) => seq),
      [1, 2, 31],
    );
    assert.equal((await origin.raw.state()).purgedUpto, 30);
    await assert.rejects(exported({ from: 5 }, `${dir}-x`), /purged up to 30/);
    await fill(20, 50);
    const second = await exported({}, `${dir}-2`);
    assert.deepEqual([second.from, second.to], [31, 72]);

    await importing();
    await importing(`${dir}-2`);
    const both = await copies();
    assert.equal(both.length, 72);
    assert.deepEqual(both.slice(0, 52), whole);
  });

  it('is not continued by one that leaves a stretch out', async () => {
    await fill(50);
    await exported({ to: 20 });
    await exported({ from: 25 }, `${dir}-2`);
    await importing();
    await assert.rejects(importing(`${dir}-2`), /begins at 25, but what is imported ends at 20/);
  });
});
