import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, it } from 'node:test';
import type { BinaryNode } from '@whiskeysockets/baileys';
import WebSocket from 'ws';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { type Account, jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915110000001';
const BEN = '4915110000002';
const SERVER = '@s.whatsapp.net';

const errors: unknown[] = [];
let test: TestSandbox;
let me: Account;
before(async () => {
  test = await openSandbox({ onError: (error) => errors.push(error) });
  me = await test.pair(ME);
  await test.control.makePhone(BEN);
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const node = (
  tag: string,
  attrs: Record<string, string> = {},
  content?: BinaryNode['content'],
): BinaryNode => (content === undefined ? { tag, attrs } : { tag, attrs, content });
const iq = (xmlns: string, type: string, content?: BinaryNode[]) =>
  node('iq', { id: 'odd', xmlns, type, to: SERVER }, content);
const enc = node('enc', { v: '2', type: 'pkmsg' }, Buffer.from([0x33, 8, 1]));
const to = (jid: string, ...content: BinaryNode[]) =>
  node('participants', {}, [node('to', { jid }, content)]);

const odd: readonly BinaryNode[] = [
  node('nonsense'),
  node('iq'),
  iq('encrypt', 'set'),
  iq('encrypt', 'set', [node('rotate')]),
  iq('encrypt', 'get', [node('key', {}, [node('user', { jid: 'x' }), node('user')])]),
  iq('usync', 'get'),
  iq('usync', 'get', [
    node('usync', {}, [node('query', {}, [node('nothing')]), node('list', {}, [node('user')])]),
  ]),
  iq('w:sync:app:state', 'set'),
  iq('w:sync:app:state', 'set', [node('sync', {}, [node('collection', { version: 'x' })])]),
  iq('md', 'set', [node('remove-companion-device', { jid: jidOf(BEN) })]),
  iq('md', 'set', [node('link_code_companion_reg')]),
  node('message'),
  node('message', { id: 'm1' }, [enc]),
  node('message', { id: 'm2', to: 'nobody@s.whatsapp.net' }, [to('nobody@s.whatsapp.net', enc)]),
  node('message', { id: 'm3', to: jidOf(BEN) }, [
    to('', enc),
    to(jidOf(BEN)),
    to(`${BEN}:77@s.whatsapp.net`, enc),
  ]),
  node('message', { id: 'm4', to: jidOf(BEN) }, [to(jidOf(BEN), enc)]),
  node('message', { id: 'm5', to: jidOf(BEN) }, [to(jidOf(BEN), node('enc', { type: 'skmsg' }))]),
  node('message', { id: 'm6', to: '123-456@g.us' }, [enc]),
  node('receipt'),
  node('receipt', { id: 'r1', to: 'x' }),
  node('receipt', { id: 'r2', to: jidOf(BEN), type: 'retry' }),
  node('receipt', { id: 'r3', to: jidOf(BEN), type: 'retry' }, [node('keys', {}, [node('skey')])]),
  node('ack'),
  node('ack', { class: 'message' }),
  node('ack', { class: 'message', id: 'unknown' }),
  node('ib', {}, [node('offline_batch', { count: 'x' })]),
  node('presence', { type: 'subscribe', to: 'x' }),
];

it('takes every odd stanza without cutting its client off', async () => {
  for (const stanza of odd) await me.client.sock().sendNode(stanza);
  const sent = await me.client.sock().sendMessage(jidOf(BEN), { text: 'still here' });
  await test.control.phone(BEN).waitForMessage(({ id }) => id === sent?.key.id);
  assert.deepEqual(errors, []);
  // one that cannot be decrypted was asked for, and was never shown
  const frames = await test.control.phone(BEN).frames();
  assert.ok(frames.some(({ id, error }) => id === 'm4' && error !== undefined));
  assert.ok(!(await test.control.phone(BEN).displayed()).some(({ id }) => id === 'm4'));
});

const garbage = [
  Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  Buffer.from([87, 65, 6, 3, 0, 0, 4, 1, 2, 3, 4]),
  Buffer.from([87, 65, 6, 3, 0, 0, 0]),
];
it('cuts off who speaks another protocol, and nobody else', async () => {
  for (const data of garbage) {
    const before = errors.length;
    const socket = new WebSocket(test.sandbox.url);
    await once(socket, 'open');
    socket.send(data);
    await once(socket, 'close');
    assert.equal(errors.length, before + 1);
  }
  const elsewhere = new WebSocket(test.sandbox.url.replace('/ws/chat', '/other'));
  const [error] = await once(elsewhere, 'error');
  assert.ok(error instanceof Error);
  assert.equal((await me.phone.show()).companions[0]?.live, true);
});
