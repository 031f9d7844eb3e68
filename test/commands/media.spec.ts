import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { it } from 'node:test';
import { inputOf, waveformOf } from '../../src/adapters/media/sounds.ts';
import { documentType, makeMedia } from '../../src/commands/media.ts';
import { WildcatError } from '../../src/errors.ts';

it('believes the bytes of a document, and the client where they tell nothing or only the wrapping', () => {
  assert.equal(documentType(null, undefined), 'application/octet-stream');
  assert.equal(documentType(null, 'text/csv; charset=utf-8'), 'text/csv');
  assert.equal(documentType(null, 'no type\r\nX: y'), 'application/octet-stream');
  assert.equal(documentType('application/pdf', 'image/png'), 'application/pdf');
  assert.equal(
    documentType('application/zip', 'application/vnd.oasis.opendocument.text'),
    'application/vnd.oasis.opendocument.text',
  );
  assert.equal(documentType('application/zip', 'image/jpeg'), 'application/zip');
});

it('draws any length of sound in 64 points, the loudest 100', () => {
  for (const length of [1, 10, 64, 65, 1_000]) {
    const points = waveformOf(Array.from({ length }, (_, at) => at + 1));
    assert.equal(points.length, 64);
    assert.equal(Math.max(...points), 100);
  }
  assert.deepEqual(waveformOf([]), new Uint8Array(64));
  assert.deepEqual(waveformOf(new Array(640).fill(0)), new Uint8Array(64));
});

it('has ffmpeg guess no format', () => {
  assert.deepEqual(inputOf('in', 'audio/ogg; codecs=opus'), ['-f', 'ogg', '-i', 'in']);
  assert.throws(() => inputOf('in', 'application/vnd.apple.mpegurl'), { code: 'unprocessable' });
});

it('tells what is wrong with a voice note, also where what was made of it can not be dropped', async () => {
  const unused = () => assert.fail('not asked for');
  const came = { id: 'came', account: 'shop', sha256: 'a', length: 44 };
  const dropped: string[] = [];
  const files = {
    open: () => Readable.from([Buffer.from('RIFF')]),
    stage: async () => ({ ...came, id: 'made' }),
    keep: unused,
    discard: async ({ id }: { id: string }) => {
      dropped.push(id);
      throw new WildcatError('unavailable', 'MongoDB does not answer');
    },
  };
  const tools = {
    ...{ picture: unused, profile: unused, film: unused, sticker: unused },
    sniff: async () => 'audio/wav',
    opus: <T>(_source: unknown, _type: string, use: (ogg: Readable) => Promise<T>) => use(Readable.from([])),
    sound: async () => {
      throw new WildcatError('unprocessable', 'There is no sound in the file');
    },
  };
  const making = makeMedia({ files, tools, maxBytes: 1_000 }, 'audio', came, { ptt: true });
  await assert.rejects(making, { code: 'unprocessable' });
  assert.deepEqual(dropped, ['made']);
});
