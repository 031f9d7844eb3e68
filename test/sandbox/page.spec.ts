import assert from 'node:assert/strict';
import { it } from 'node:test';

/** The page's modules are plain JavaScript: they are loaded as a browser loads them. */
const load = (name: string) => import(new URL(`../../sandbox/page/${name}`, import.meta.url).href);
const { NOTHING, chatsOf, isThere, withFrames, withMessages, writersIn } = await load('model.js');
const { parseRich } = await load('rich.js');
const { isWanted, kindOf, piecesOf } = await load('frames.js');
const { initialsOf, makeNames } = await load('people.js');
const { sizeOf, spanOf } = await load('format.js');

const said = (id: string, over: object = {}) => ({
  id,
  from: '1',
  chat: '1',
  fromMe: false,
  at: 1000,
  kind: 'text',
  text: id,
  ...over,
});

it('keeps messages where they stand when they change', () => {
  const two = withMessages(NOTHING, [said('a'), said('b')]);
  const three = withMessages(two, [said('a', { text: 'edited' }), said('a', { from: '2' })]);
  assert.deepEqual(
    three.messages.map(({ from, text }: { from: string; text: string }) => `${from} ${text}`),
    ['1 edited', '1 b', '2 a'],
  );
  assert.equal(two.messages[0].text, 'a');
});

it('lists chats by their last message, counts what waits to be looked at, and leaves out what has disappeared', () => {
  const messages = [
    said('a', { at: 1000 }),
    said('b', { at: 3000 }),
    said('c', { chat: '2', from: '2', at: 5000 }),
    said('d', { chat: '2', from: 'me', fromMe: true, at: 6000 }),
    said('e', { chat: '1', at: 7000, expiration: 1 }),
    said('f', { chat: '9@g.us', kind: 'notice', at: 2000 }),
  ];
  const groups = [{ jid: '9@g.us', createdAt: 1500 }];
  const found = chatsOf({ messages, groups }, { since: 500, 1: 1000 }, 9000);
  assert.deepEqual(
    found.map(({ chat, unread, last }: { chat: string; unread: number; last: { id: string } }) => [
      chat,
      unread,
      last.id,
    ]),
    [
      ['2', 1, 'd'],
      ['1', 1, 'b'],
      ['9@g.us', 0, 'f'],
    ],
  );
  assert.equal(isThere(said('e', { at: 7000, expiration: 3 }), 9000), true);
});

it('forgets that somebody writes', () => {
  const presence = { a: { chat: '1', from: '1', state: 'composing', at: 1000 } };
  assert.equal(writersIn(presence, '1', 2000).length, 1);
  assert.equal(writersIn(presence, '1', 60_000).length, 0);
  assert.equal(writersIn(presence, '2', 2000).length, 0);
});

it('shows no frame twice', () => {
  const frames = withFrames([{ number: 1 }], [{ number: 1 }, { number: 2 }]);
  assert.deepEqual(frames, [{ number: 1 }, { number: 2 }]);
});

it('reads marks, links and mentions, and takes everything else as text', () => {
  assert.deepEqual(parseRich('a *b _c_* d'), [
    'a ',
    { kind: 'strong', parts: ['b ', { kind: 'em', parts: ['c'] }] },
    ' d',
  ]);
  assert.deepEqual(parseRich('see https://a.b/c_d_e?x=*1*, ok'), [
    'see ',
    { kind: 'link', text: 'https://a.b/c_d_e?x=*1*' },
    ', ok',
  ]);
  assert.deepEqual(parseRich('`*x*` @4912345'), [
    { kind: 'code', text: '*x*' },
    ' ',
    { kind: 'mention', number: '4912345', text: '@4912345' },
  ]);
  for (const plain of [
    '2 * 3 * 4',
    'snake_case_name',
    '<b>x</b>',
    'javascript:alert(1)',
    '**',
    `*${'x'.repeat(5000)}*`,
    '',
  ]) {
    assert.deepEqual(parseRich(plain), plain === '' ? [] : [plain]);
  }
});

it('finds frames by kind, account and words', () => {
  const frame = {
    device: '49.1',
    text: '<message id="A" to="x@lid"><enc type="msg">9 bytes</enc></message>',
  };
  assert.equal(kindOf(frame), 'message');
  assert.equal(kindOf({ text: '<stream:error code="515"/>' }), 'other');
  assert.ok(isWanted(frame, { kind: 'talk', account: '49', words: 'ID="a" enc' }));
  assert.ok(!isWanted(frame, { kind: 'receipt' }));
  assert.ok(!isWanted(frame, { account: '4' }));
  assert.ok(!isWanted(frame, { words: 'nothing' }));
  assert.ok(!isWanted({ device: '49.1', text: '<iq id="1"/>' }, { kind: 'talk' }));
});

it('colours a frame without losing a letter of it', () => {
  const text = '<a b="1 > 0"><c/>some text</a>';
  const pieces: { kind?: string; text: string }[] = piecesOf(text);
  assert.equal(pieces.map((piece) => piece.text).join(''), text);
  assert.deepEqual(pieces[2], { kind: 'value', text: '"1 > 0"' });
});

it('calls people by their names', () => {
  const phones = [{ number: '4915112345678', name: 'Anna Lind' }];
  const names = makeNames({ phones, groups: [{ jid: '1@g.us', subject: 'Us' }], phone: '4915112345678' });
  assert.deepEqual(['4915112345678', '4915199999999', '1@g.us', 'x@newsletter'].map(names), [
    'Anna Lind (you)',
    '+49 151 99999999',
    'Us',
    'x@newsletter',
  ]);
  assert.deepEqual(['Anna Lind', 'noor', '+49 1', '🙂'].map(initialsOf), ['AL', 'N', '41', '?']);
  assert.deepEqual([999, 1234, 123_456, 64e6].map(sizeOf), ['999 bytes', '1.2 kB', '123 kB', '64 MB']);
  assert.deepEqual([86_400, 604_800, 90, 1].map(spanOf), ['1 day', '7 days', '90 seconds', '1 second']);
});
