import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { aesEncryptGCM, hmacSign, proto } from '@whiskeysockets/baileys';
import { createPolls, readVote, secretIn } from '../../../../src/adapters/baileys/reading/polls.ts';
import { ANN, ANN_PN, BOB, ME, received } from '../../../support/events.ts';

const secret = Buffer.alloc(32, 5);
const hash = (option: string) => createHash('sha256').update(option).digest();

/** A vote as a WhatsApp client makes it; Baileys itself has no call for one. */
const makeVote = (
  options: readonly (string | Uint8Array)[],
  pollId: string,
  creator: string,
  voter: string,
) => {
  const parts = [pollId, creator, voter, 'Poll Vote'].map((part) => Buffer.from(part));
  const extracted = hmacSign(secret, new Uint8Array(32), 'sha256');
  const key = hmacSign(Buffer.concat([...parts, Buffer.from([1])]), extracted, 'sha256');
  const selectedOptions = options.map((option) => (typeof option === 'string' ? hash(option) : option));
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  const encIv = Buffer.alloc(12, 7);
  return { encIv, encPayload: aesEncryptGCM(plain, key, encIv, Buffer.from(`${pollId}\0${voter}`)) };
};

const poll = { waId: 'P1', fromMe: true, author: ME, secret };

for (const creator of [ME.jid, ME.alt ?? ''])
  for (const voter of [ANN.jid, ANN_PN.jid])
    it(`reads a vote of ${voter} in a poll of ${creator}`, () =>
      assert.deepEqual(readVote(makeVote(['now', 'later'], 'P1', creator, voter), poll, ANN), [
        hash('now').toString('hex'),
        hash('later').toString('hex'),
      ]));

it("reads nobody else's vote, none of another poll, and no garbage", () => {
  const vote = makeVote(['now'], 'P1', ME.jid, ANN.jid);
  assert.equal(readVote(vote, poll, BOB), null);
  assert.equal(readVote(vote, { ...poll, waId: 'P2' }, ANN), null);
  assert.equal(readVote({ encPayload: Buffer.alloc(3), encIv: Buffer.alloc(12) }, poll, ANN), null);
  assert.equal(readVote({}, poll, ANN), null);
});

it('takes no more of a vote than any poll has', () => {
  const options = Array.from({ length: 20_000 }, () => Buffer.alloc(64, 1));
  const read = readVote(makeVote(options, 'P1', ME.jid, ANN.jid), poll, ANN);
  assert.deepEqual(
    read,
    Array.from({ length: 100 }, () => '01'.repeat(32)),
  );
});

it('looks up a poll that it has forgotten', async () => {
  const asked: string[] = [];
  const polls = createPolls([], async (waId) => {
    asked.push(waId);
    return { ...poll, waId };
  });
  for (let n = 0; n <= 1_000; n++) polls.note({ ...poll, waId: `N${n}` }, secret);
  assert.equal(polls.secretOf({ ...poll, waId: 'N0' }), undefined);
  await polls.load({ pollUpdateMessage: { pollCreationMessageKey: { id: 'N0' } } }, ANN.jid);
  assert.deepEqual(asked, ['N0']);
  assert.deepEqual(polls.secretOf({ ...poll, waId: 'N0' }), secret);
});

it('begins although a logged poll can not be read, and looks that one up', async () => {
  const content = { type: 'poll' as const, text: 'When?', poll: { options: ['now'], selectable: 1 } };
  const meta = { id: '', v: 1, account: 'shop', gen: 1, at: '', occurredAt: '', seq: 1 };
  const unreadable = { ...meta, ...received('P8', { content }), raw: '////' };
  const polls = createPolls([unreadable], async (waId) => ({ ...poll, waId }));
  await polls.load({ pollUpdateMessage: { pollCreationMessageKey: { id: 'P9' } } }, ANN.jid);
  assert.deepEqual(polls.secretOf({ ...poll, waId: 'P9' }), secret);
});

it('keeps no secret and no id of absurd length', () => {
  const pollCreationMessage = { name: 'When?' };
  const of = (messageSecret: Buffer) =>
    secretIn({ pollCreationMessage, messageContextInfo: { messageSecret } });
  assert.deepEqual([of(secret), of(Buffer.alloc(500_000, 5))], [secret, undefined]);
  const polls = createPolls([], async () => null);
  const absurd = { ...poll, waId: 'x'.repeat(400_000) };
  polls.note(absurd, secret);
  assert.equal(polls.secretOf(absurd), undefined);
});

it('looks up the poll of a vote once, and lives with not finding it', async () => {
  const asked: string[] = [];
  const polls = createPolls([], async (waId) => {
    asked.push(waId);
    if (waId === 'P1') return poll;
    throw new Error('the views are away');
  });
  const vote = (id: string) => ({ pollUpdateMessage: { pollCreationMessageKey: { id } } });
  await polls.load(vote('P1'), ANN.jid);
  await polls.load(vote('P1'), ANN.jid);
  await polls.load(vote('P2'), ANN.jid);
  await polls.load({ conversation: 'no vote' }, ANN.jid);
  assert.deepEqual(asked, ['P1', 'P2']);
  assert.deepEqual(polls.secretOf(poll), secret);
  assert.equal(polls.secretOf({ ...poll, fromMe: false, author: ANN }), undefined);
});
