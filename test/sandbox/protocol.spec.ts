import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { makePhone } from '../../sandbox/phones/people.ts';
import { phones } from '../../sandbox/phones/phones.ts';
import { send } from '../../sandbox/phones/send.ts';
import { makeServerIdentity } from '../../sandbox/protocol/certificates.ts';
import { frame, makeFrameReader } from '../../sandbox/protocol/frames.ts';
import { formatJid, parseJid } from '../../sandbox/protocol/jid.ts';
import { decode, encode, node } from '../../sandbox/protocol/node.ts';
import { parseQr } from '../../sandbox/protocol/qr.ts';
import { makeRandom } from '../../sandbox/protocol/random.ts';
import { makeMailbox, put, take } from '../../sandbox/server/mailbox.ts';
import { makeState } from '../../sandbox/server/state.ts';
import { makeWorld } from '../../sandbox/server/world.ts';

const INTRO = Buffer.from([87, 65, 6, 3]);
const ROUTED = Buffer.concat([Buffer.from('ED'), Buffer.from([0, 1, 0, 0, 3, 9, 9, 9]), INTRO]);

it('cuts a stream into frames, however it is chopped and whatever routing it carries', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 17 }),
      fc.boolean(),
      (payloads, size, routed) => {
        const stream = Buffer.concat([routed ? ROUTED : INTRO, ...payloads.map(frame)]);
        const read = makeFrameReader();
        const frames: Buffer[] = [];
        for (let at = 0; at < stream.length; at += size) frames.push(...read(stream.subarray(at, at + size)));
        assert.deepEqual(
          frames.map((one) => [...one]),
          payloads.map((one) => [...one]),
        );
      },
    ),
  );
});

it('refuses a stream that is not WhatsApp', () => {
  assert.throws(() => makeFrameReader()(Buffer.from('GET / HTTP/1.1')), /not a WhatsApp client/);
});

it('names the server as rc14 compares it', () => {
  const { attrs } = decode(encode(node('iq', { from: '@s.whatsapp.net', gone: undefined })));
  assert.deepEqual(attrs, { from: '@s.whatsapp.net' });
});

it('reads and writes jids', () => {
  for (const jid of ['49151@s.whatsapp.net', '49151:7@s.whatsapp.net', '123@lid', '123:4@lid', '1-2@g.us']) {
    const { user, server, device } = parseJid(jid) ?? assert.fail(jid);
    assert.equal(formatJid(user, server, device), jid);
  }
  for (const jid of [undefined, '', '@s.whatsapp.net', 's.whatsapp.net'])
    assert.equal(parseJid(jid), undefined);
});

it('reads QR strings with and without the link in front', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  const text = `2@ref,${key},${key},${key},1`;
  assert.deepEqual(parseQr(text), parseQr(`https://wa.me/settings/linked_devices#${text}`));
  for (const bad of ['', 'x', '2@ref,a,b,c', `2@ref,${key},${key}`, `,${key},${key},${key}`]) {
    assert.throws(() => parseQr(bad), /not a WhatsApp pairing code/);
  }
});

it('takes the oldest of two stanzas with one id out of a mailbox, and keeps the order', () => {
  const mailbox = makeMailbox();
  put(mailbox, 1, node('message', { id: 'a', t: '1' }));
  put(mailbox, 2, node('message', { id: 'b' }));
  put(mailbox, 3, node('message', { id: 'a', t: '2' }));
  put(mailbox, 4, node('receipt', { id: 'a' }));
  assert.ok(take(mailbox, 'message', 'a'));
  assert.deepEqual([...mailbox.stanzas.keys()], [2, 3, 4]);
  assert.ok(take(mailbox, 'receipt', 'a'));
  assert.ok(take(mailbox, 'message', 'a'));
  assert.ok(!take(mailbox, 'message', 'a'));
  assert.deepEqual([...mailbox.stanzas.keys()], [2]);
  assert.deepEqual([...mailbox.byId.keys()], ['message b']);
});

const seeded = (seed: string) => {
  const random = makeRandom(seed);
  const state = makeState(makeServerIdentity(random));
  const world = makeWorld({
    state,
    random,
    now: () => 1_700_000_000_000,
    phones,
    onError: (error) => assert.fail(String(error)),
    trace: () => undefined,
  });
  const anna = makePhone(world, { number: '4915800000001', name: 'Anna' });
  const ben = makePhone(world, { number: '4915800000002', name: 'Ben' });
  send(world, anna, { to: ben, content: { text: 'hello' } });
  send(world, ben, { to: anna, content: { text: 'and back' } });
  return state;
};

it('is the same for the same seed, keys, ids and all', () => {
  assert.deepEqual(seeded('one'), seeded('one'));
  assert.notDeepEqual(seeded('one'), seeded('two'));
});

it('keeps its whole state in one place that can be stored and read back', () => {
  const state = seeded('stored');
  assert.deepEqual(deserialize(serialize(state)), state);
});
