import assert from 'node:assert/strict';
import { it } from 'node:test';

/** The page's modules are plain JavaScript: they are loaded as a browser loads them. */
const load = (name: string) => import(new URL(`../../console/${name}`, import.meta.url).href);
const { at, query } = await load('api.js');
const { framesOf } = await load('stream.js');
const { personOf, sizeOf, spanOf } = await load('format.js');

it('makes paths that no value leads out of', () => {
  assert.equal(at`accounts/${'shop'}/chats/${'1@g.us'}/messages`, 'accounts/shop/chats/1%40g.us/messages');
  assert.equal(at`accounts/${'../health?x#y'}`, 'accounts/..%2Fhealth%3Fx%23y');
  for (const value of ['', '.', '..']) assert.throws(() => at`accounts/${value}/qr`, /Not found/);
  assert.equal(query({ limit: 5, cursor: undefined, status: '', to: '+49 1' }), '?limit=5&to=%2B49+1');
  assert.equal(query({}), '');
});

it('reads events out of a stream however it was cut', () => {
  const stream =
    'retry: 2000\n: wildcat\n\nid: 1\ndata: {"position":1,"text":"a\\n\\nb"}\n\n: \n\nid: 2\ndata: {"position":2}\n\n';
  for (let cut = 0; cut <= stream.length; cut++) {
    const first = framesOf(stream.slice(0, cut));
    const second = framesOf(first.rest + stream.slice(cut));
    assert.deepEqual([...first.events, ...second.events], [{ position: 1, text: 'a\n\nb' }, { position: 2 }]);
    assert.equal(second.rest, '');
  }
});

it('says sizes, spans and people briefly', () => {
  assert.deepEqual([0, 999, 1_000, 12_345, 9_960_000, 2e15].map(sizeOf), [
    '0 bytes',
    '999 bytes',
    '1.0 kB',
    '12 kB',
    '10.0 MB',
    '2000 TB',
  ]);
  assert.deepEqual([0.04, 59, 60, 3_720, 90_000].map(spanOf), [
    '0 s',
    '59 s',
    '1 min',
    '1 h 2 min',
    '1 d 1 h',
  ]);
  assert.deepEqual(
    [personOf('4915@s.whatsapp.net'), personOf('1@lid'), personOf(undefined)],
    ['+4915', '1@lid', ''],
  );
});
