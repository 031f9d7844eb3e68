import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Manifest, readManifest, writeManifest } from '../../src/archive/manifest.ts';
import { verifyArchive } from '../../src/archive/verify.ts';
import { hasCode } from '../../src/errors.ts';
import { temporaryDirectory } from '../support/service.ts';

const SEGMENT = 'segments/000001.ndjson.gz';
const BLOB = createHash('sha256').update('bytes').digest('hex');
const blobs = [{ kind: 'blob', account: 'shop', sha256: BLOB, length: 5 }];

const lineOf = (seq: number): string =>
  JSON.stringify({ seq, subject: 'wildcat.shop.message.received._', headers: {}, event: { seq }, blobs });

describe('an archive that somebody has made to do harm', () => {
  let dir: string;
  const blob = () => join(dir, 'blobs', BLOB.slice(0, 2), BLOB);

  /** An archive whose one segment holds this text; sound in all that is said about it. */
  const make = async (text: string, stream = { name: 'WILDCAT', created: 'then' }): Promise<void> => {
    const bytes = gzipSync(text);
    const messages = text.trimEnd().split('\n').length;
    const place = { first: 1, last: messages };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await mkdir(join(dir, 'segments'), { recursive: true });
    await mkdir(dirname(blob()), { recursive: true });
    await writeFile(join(dir, SEGMENT), bytes);
    await writeFile(blob(), 'bytes');
    await writeManifest(dir, {
      ...{ format: 'wildcat-archive', version: 1, exportedAt: new Date(0).toISOString(), stream },
      ...{ account: null, from: 1, to: messages, messages, missingBlobs: 0 },
      segments: [{ file: SEGMENT, sha256, bytes: bytes.length, messages, ...place }],
    });
  };
  const pipeInPlaceOf = async (path: string): Promise<void> => {
    await rm(path);
    execFileSync('mkfifo', [path]);
  };
  const verified = () =>
    verifyArchive(dir, { signal: new AbortController().signal, onProgress: () => undefined });
  const refused = (why: RegExp) =>
    assert.rejects(verified(), (error) => hasCode(error, 'unprocessable') && why.test(error.message));

  beforeEach(async () => {
    dir = temporaryDirectory();
    await make(`${lineOf(1)}\n${lineOf(2)}\n${lineOf(3)}\n`);
  });

  it('is otherwise taken', async () => {
    assert.equal((await verified()).manifest.messages, 3);
  });

  it('is told by file and line', async () => {
    await make(`${lineOf(1)}\n${lineOf(2).replace('wildcat.', '$JS.')}\n${lineOf(3)}\n`);
    await refused(/^segments\/000001\.ndjson\.gz is damaged: line 2: [\s\S]*subject/);
    await make(`${lineOf(1)}\n${lineOf(3)}\n${lineOf(2)}\n`);
    await refused(/is damaged: line 3: position 2 after 3/);
  });

  it('is not unfolded into one endless line', async () => {
    await make(`${' '.repeat(40_000_000)}${lineOf(1)}`);
    await refused(/is damaged: line 1: it has more than 16777216 characters/);
  });

  it('is not waited for where a pipe or a directory stands for a file', { timeout: 10_000 }, async () => {
    await pipeInPlaceOf(join(dir, SEGMENT));
    await refused(/^segments\/000001\.ndjson\.gz is damaged: it is no file/);
    await rm(join(dir, SEGMENT));
    await make(lineOf(1));
    await rm(blob());
    await mkdir(blob());
    await refused(/refers, at position 1, to the blob/);
    await make(lineOf(1).replace(/,"blobs".*/, '}')).catch(() => undefined);
    await pipeInPlaceOf(join(dir, 'manifest.json'));
    await assert.rejects(readManifest(dir), /is no manifest of an archive: it is no file/);
  });

  it('has no manifest larger than any archive needs', async () => {
    const path = join(dir, 'manifest.json');
    await truncate(path, 70_000_000);
    await assert.rejects(readManifest(dir), /it has 70000000 bytes, more than 67108864/);
  });

  it('is from no log whose name would be something else in a header', async () => {
    const path = join(dir, 'manifest.json');
    const { sha256: _, ...body } = JSON.parse(await readFile(path, 'utf8'));
    const lie = { ...body, stream: { ...body.stream, name: 'X\r\nNats-Rollup: all' } };
    const sha256 = createHash('sha256').update(JSON.stringify(lie)).digest('hex');
    await writeFile(path, JSON.stringify({ ...lie, sha256 }));
    await refused(/is no manifest of an archive: [\s\S]*stream\.name/);
  });

  const soleOf = ({ segments: [segment] }: Manifest) => segment ?? assert.fail('it has no segment');
  /** What the manifest says of the archive, or of its one segment, is something else from here on. */
  const lie = async (ofAll: Partial<Manifest>, ofSegment: Partial<Manifest['segments'][number]> = {}) => {
    const said = await readManifest(dir);
    const segment = soleOf(said);
    await writeManifest(dir, { ...said, ...ofAll, segments: [{ ...segment, ...ofSegment }] });
  };

  it('holds what its manifest says, byte by byte and message by message', async () => {
    const segment = soleOf(await readManifest(dir));
    await lie({}, { sha256: BLOB });
    await refused(/its sha256 is not the one of the manifest/);
    await lie({}, { ...segment, bytes: segment.bytes + 1 });
    await refused(/it has \d+ bytes, not the \d+ of the manifest/);
    await lie({}, { ...segment, messages: 2 });
    await refused(/it holds 3 messages up to 3, not what/);
    await lie({ to: 4 }, { ...segment, last: 4 });
    await refused(/it holds 3 messages up to 3, not what/);
    await lie({ to: 3, messages: 4 }, segment);
    await refused(/The segments hold 3 messages, not 4/);
  });

  it('holds no position twice, nor one outside its stretch', async () => {
    await lie({ from: 2 });
    await refused(/does not follow the one before it/);
    await lie({ from: 1, to: 2 });
    await refused(/does not follow the one before it/);
    await lie({ to: 3 }, { first: 2 });
    await refused(/line 1: position 1 after 1/);
    await make(`${lineOf(1)}\n${lineOf(2)}\n${lineOf(2)}\n`);
    await refused(/line 3: position 2 after 2/);
    await make(`${lineOf(1)}\n`);
    const said = await readManifest(dir);
    const segment = soleOf(said);
    await writeManifest(dir, { ...said, messages: 2, segments: [segment, segment] });
    await refused(/does not follow the one before it/);
  });

  it('is not sound where a blob is something else', async () => {
    await writeFile(blob(), 'BYTES');
    await refused(/its sha256 is not its name/);
  });
});
