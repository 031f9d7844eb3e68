import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { it } from 'node:test';
import { aesEncryptGCM, decryptPollVote, hmacSign, proto, type WAMessageKey } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { untilUpsert } from '../support/bare-baileys.ts';
import { jidOf, openPair } from '../support/sandbox.ts';

const ME = '4915400000001';
const BEN = '4915400000002';

const { me, ben } = await openPair(ME, BEN);

const hash = (option: string) => createHash('sha256').update(option).digest();
const upsert = async (id: string) => (await untilUpsert(me.client, id)).message;

/** A vote as a WhatsApp client makes it; Baileys itself has no call for one. */
const makeVote = (
  options: readonly string[],
  secret: Uint8Array,
  key: WAMessageKey,
  jids: readonly string[],
) => {
  const [creator = '', voter = ''] = jids;
  const parts = [key.id ?? '', creator, voter, 'Poll Vote', Buffer.from([1])].map((part) =>
    Buffer.from(part),
  );
  const voteKey = hmacSign(Buffer.concat(parts), hmacSign(secret, new Uint8Array(32), 'sha256'), 'sha256');
  const plain = proto.Message.PollVoteMessage.encode({ selectedOptions: options.map(hash) }).finish();
  const encIv = Buffer.alloc(12, 7);
  return {
    encIv,
    encPayload: aesEncryptGCM(plain, voteKey, encIv, Buffer.from(`${key.id}\0${voter}`)),
  };
};

for (const addressing of ['lid', 'pn'] as const) {
  it(`votes in a companion’s poll, by ${addressing}, and counts`, async () => {
    const sent = await me.client.sock().sendMessage(jidOf(BEN), {
      poll: { name: 'When?', values: ['now', 'later', 'never'], selectableCount: 0 },
    });
    assert.ok(sent?.message);
    const id = sent.key.id ?? '';
    const poll = await ben.waitForMessage((message) => message.id === id);
    assert.deepEqual([poll.kind, poll.text, poll.poll?.selectable], ['poll', 'When?', 0]);

    const names = async (phone: PhoneHandle) =>
      addressing === 'pn' ? jidOf(phone.number) : `${(await phone.show()).lid}@lid`;
    const parties = { pollCreatorJid: await names(me.phone), voterJid: await names(ben) };
    const pollEncKey = sent.message.messageContextInfo?.messageSecret;
    assert.ok(pollEncKey);
    for (const options of [['now', 'later'], ['never'], []]) {
      const voteId = await ben.post(ME, { vote: { message: id, options }, addressing });
      const { message } = await upsert(voteId);
      const update = message?.pollUpdateMessage;
      assert.equal(update?.pollCreationMessageKey?.id, id);
      assert.ok(update?.vote);
      const vote = decryptPollVote(update.vote, { ...parties, pollEncKey, pollMsgId: id });
      assert.deepEqual(
        vote.selectedOptions.map((one) => Buffer.from(one).toString('hex')),
        options.map((option) => hash(option).toString('hex')),
      );
      for (const phone of [ben, me.phone]) {
        const { poll: tally } = await phone.waitForMessage(
          (one) =>
            one.id === id &&
            one.poll?.options.filter(({ voters }) => voters.length).length === options.length,
        );
        assert.deepEqual(
          tally?.options.map(({ name, voters }) => (voters.includes(BEN) ? name : '')).filter(Boolean),
          options,
        );
      }
    }
  });
}

it('takes a companion’s vote in a phone’s poll', async () => {
  const id = await ben.post(ME, { poll: { name: 'Pick one', options: ['a', 'b'] } });
  const { key, message } = await upsert(id);
  assert.equal(message?.pollCreationMessageV3?.name, 'Pick one');
  const secret = message?.messageContextInfo?.messageSecret;
  assert.ok(secret);
  const lids = [`${(await ben.show()).lid}@lid`, `${(await me.phone.show()).lid}@lid`];
  for (const option of ['a', 'b']) {
    const vote = makeVote([option], secret, key, lids);
    await me.client
      .sock()
      .relayMessage(
        key.remoteJid ?? '',
        { pollUpdateMessage: { pollCreationMessageKey: key, vote, senderTimestampMs: Date.now() } },
        {},
      );
    const voted = await ben.waitForMessage(
      (one) => one.id === id && one.poll?.options.find(({ name }) => name === option)?.voters.length === 1,
    );
    assert.deepEqual(
      voted.poll?.options.map(({ voters }) => voters),
      option === 'a' ? [[ME], []] : [[], [ME]],
    );
  }
});

it('refuses a vote for what is no poll or no option of it', async () => {
  const text = await ben.send(ME, 'no poll');
  const poll = await ben.post(ME, { poll: { name: 'Hm', options: ['a', 'b'] } });
  for (const vote of [
    { message: text, options: ['a'] },
    { message: poll, options: ['c'] },
  ]) {
    await assert.rejects(ben.post(ME, { vote }), { status: 400, field: 'vote' });
  }
});
