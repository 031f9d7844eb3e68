import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { it } from 'node:test';
import { disposition, extensionOf, rangeOf, serve } from '../../../src/http/transport/serving.ts';

const FILE = { sha256: 'abc', length: 1_000, mimetype: 'image/png', name: 'a.png' };
const asked = (headers: Record<string, string>) =>
  serve(
    FILE,
    (name) => headers[name] ?? '',
    ({ start, end }) => Readable.from([`${start}-${end}`]),
  );
const bytes = async (headers: Record<string, string>): Promise<string> =>
  (await asked(headers).body?.toArray())?.join('') ?? '';

for (const [header, range] of [
  ['', null],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=10-', { start: 10, end: 999 }],
  ['bytes=990-5000', { start: 990, end: 999 }],
  ['bytes=-10', { start: 990, end: 999 }],
  ['bytes=-5000', { start: 0, end: 999 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-4', null],
  ['bytes=0-1,5-6', null],
  ['lines=0-1', null],
  ['bytes=-', null],
] as const)
  it(`reads the range "${header}"`, () => assert.deepEqual(rangeOf(header, 1_000), range));

it('sends all of an empty file, and no part of it', () => {
  assert.equal(rangeOf('bytes=0-', 0), 'unsatisfiable');
  assert.equal(rangeOf('', 0), null);
});

it('sends the whole, a part, nothing new or nothing at all', async () => {
  assert.equal(asked({}).status, 200);
  assert.equal(await bytes({}), '0-999');
  const part = asked({ range: 'bytes=5-9' });
  assert.deepEqual([part.status, part.headers['Content-Length']], [206, '5']);
  assert.equal(part.headers['Content-Range'], 'bytes 5-9/1000');
  for (const tag of ['"abc"', 'W/"abc"', '"x", "abc"', '*'])
    assert.deepEqual(
      [asked({ 'if-none-match': tag }).status, await bytes({ 'if-none-match': tag })],
      [304, ''],
    );
  assert.equal(asked({ 'if-none-match': '"other"' }).status, 200);
  assert.throws(() => asked({ range: 'bytes=1000-' }), {
    status: 416,
    headers: { 'Content-Range': 'bytes */1000' },
  });
});

it('takes a range of what the client has already only while that is still the same', () => {
  assert.equal(asked({ range: 'bytes=5-9', 'if-range': '"abc"' }).status, 206);
  assert.equal(asked({ range: 'bytes=5-9', 'if-range': '"old"' }).status, 200);
});

for (const type of [
  'image/svg+xml',
  'text/html',
  'application/xhtml+xml',
  'text/xml',
  'application/javascript',
])
  it(`never shows ${type} in place`, () => assert.match(disposition('a', type), /^attachment/));
for (const type of ['image/jpeg', 'image/webp', 'video/mp4', 'audio/ogg; codecs=opus', 'application/pdf'])
  it(`shows ${type} in place`, () => assert.match(disposition('a', type), /^inline/));

it('names files in ways that no client misreads', () => {
  const named = (name: string) => disposition(name, 'application/pdf').slice('inline; '.length);
  assert.equal(named('report.pdf'), 'filename="report.pdf"');
  assert.equal(named('../../etc/passwd'), 'filename="passwd"');
  assert.equal(named('C:\\temp\\a.pdf'), 'filename="a.pdf"');
  assert.equal(
    named('a"b\r\nX-Evil: 1.pdf'),
    `filename="a_bX-Evil: 1.pdf"; filename*=UTF-8''a%22bX-Evil%3A%201.pdf`,
  );
  assert.equal(
    named('你好 (1).pdf'),
    `filename="__ (1).pdf"; filename*=UTF-8''%E4%BD%A0%E5%A5%BD%20%281%29.pdf`,
  );
  assert.equal(named('\ud800.pdf'), `filename="_.pdf"; filename*=UTF-8''%EF%BF%BD.pdf`);
  assert.equal(named(''), 'filename="file"');
});

it('knows the usual extensions', () => {
  const types = [
    'image/jpeg',
    'image/png',
    'audio/ogg; codecs=opus',
    'video/mp4',
    'application/x-what-is-this',
  ];
  assert.deepEqual(types.map(extensionOf), ['jpg', 'png', 'ogg', 'mp4', 'bin']);
});
