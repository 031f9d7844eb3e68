import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { messageOfRaw, rawOf } from '../../../../src/adapters/baileys/reading/raw.ts';

const secret = Buffer.from('a sender key of the group');
const key = { remoteJid: '123@g.us', fromMe: false, id: 'A', participant: '1@lid' };

const rawMessage = (message: proto.IMessage, more: Partial<WAMessage> = {}): proto.IMessage => {
  const raw = rawOf({ key, message, messageTimestamp: 5, ...more }) ?? assert.fail();
  assert.ok(!Buffer.from(raw, 'base64').includes(secret), 'a secret got through');
  return proto.Message.decode(messageOfRaw(raw));
};

it('keeps the content and drops keys and device lists', () => {
  const kept = rawMessage({
    conversation: 'hello',
    senderKeyDistributionMessage: { groupId: '123@g.us', axolotlSenderKeyDistributionMessage: secret },
    messageContextInfo: {
      deviceListMetadata: { senderKeyHash: secret },
      messageSecret: Buffer.from('for votes'),
    },
  });
  assert.equal(kept.conversation, 'hello');
  assert.equal(kept.senderKeyDistributionMessage, null);
  assert.equal(kept.messageContextInfo?.deviceListMetadata, null);
  assert.deepEqual(Buffer.from(kept.messageContextInfo?.messageSecret ?? []), Buffer.from('for votes'));
});

it('keeps the content of a copy for own devices without its envelope', () => {
  const inner = {
    conversation: 'from the phone',
    senderKeyDistributionMessage: { axolotlSenderKeyDistributionMessage: secret },
  };
  assert.equal(rawMessage({ deviceSentMessage: { message: inner } }).conversation, 'from the phone');
});

it('has nothing for a message without content', () => {
  assert.equal(rawOf({ key, messageTimestamp: 5 }), undefined);
});
