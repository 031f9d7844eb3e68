import assert from 'node:assert/strict';
import { it } from 'node:test';
import { makeRandom } from '../../sandbox/protocol/random.ts';
import {
  decryptFromChat,
  distributionOf,
  encryptForChat,
  learnSenderKey,
  makeGroupKeys,
} from '../../sandbox/signal/groups.ts';
import { OldCounterError } from '../../sandbox/signal/session.ts';

const CHAT = '120363000000000001@g.us';
const random = makeRandom('sender keys');

const setUp = () => {
  const sender = makeGroupKeys();
  const reader = makeGroupKeys();
  const say = (text: string, readers: readonly string[] = ['reader']) =>
    encryptForChat(sender, { chat: CHAT, readers: new Set(readers) }, Buffer.from(text), random);
  const hear = (data: Buffer) => decryptFromChat(reader, CHAT, 'sender', data).toString();
  return { sender, reader, say, hear };
};

it('is read by who holds the key, in any order, once', () => {
  const { reader, say, hear } = setUp();
  const messages = ['one', 'two', 'three'].map((text) => say(text));
  learnSenderKey(reader, CHAT, 'sender', messages[0]?.distribution ?? Buffer.alloc(0));
  const [one, two, three] = messages.map(({ message }) => message);
  assert.ok(one && two && three);
  assert.deepEqual([hear(three), hear(one), hear(two)], ['three', 'one', 'two']);
  assert.throws(() => hear(two), OldCounterError);
  assert.deepEqual(
    messages.map(({ untold }) => [...untold]),
    [['reader'], [], []],
  );
});

it('is read from the key’s iteration on, by who learns it later', () => {
  const { sender, reader, say, hear } = setUp();
  const before = say('before').message;
  learnSenderKey(reader, CHAT, 'sender', distributionOf(sender, CHAT) ?? Buffer.alloc(0));
  assert.equal(hear(say('after').message), 'after');
  assert.throws(() => hear(before), OldCounterError);
});

it('gets a new key when somebody leaves, and keeps the one before for what is on its way', () => {
  const { reader, say, hear } = setUp();
  const first = say('to both', ['reader', 'leaver']);
  learnSenderKey(reader, CHAT, 'sender', first.distribution);
  const second = say('to one', ['reader']);
  assert.deepEqual([...second.untold], ['reader']);
  assert.throws(() => hear(second.message), /no sender key/);
  learnSenderKey(reader, CHAT, 'sender', second.distribution);
  assert.deepEqual([hear(second.message), hear(first.message)], ['to one', 'to both']);
});

it('refuses what is damaged or of somebody else, and is unchanged by it', () => {
  const { reader, say, hear } = setUp();
  const { message, distribution } = say('fine');
  learnSenderKey(reader, CHAT, 'sender', distribution);
  const damaged = Buffer.from(message);
  damaged.writeUInt8(damaged.readUInt8(damaged.length - 70) ^ 1, damaged.length - 70);
  assert.throws(() => hear(damaged), /signature/);
  assert.throws(() => decryptFromChat(reader, CHAT, 'other', message), /no sender key/);
  assert.throws(() => decryptFromChat(reader, '1@g.us', 'sender', message), /no sender key/);
  assert.equal(hear(message), 'fine');
});
