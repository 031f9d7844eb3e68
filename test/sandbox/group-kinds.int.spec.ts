import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { decryptPollVote, normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { until, untilUpsert } from '../support/bare-baileys.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { download, trusting } from '../support/media.ts';
import { type Account, openSandbox, type TestSandbox } from '../support/sandbox.ts';

const ME = '4915600000001';
const BEN = '4915600000002';
const CARL = '4915600000003';

let test: TestSandbox;
let me: Account;
let ben: PhoneHandle;
let carl: PhoneHandle;
let group: string;
const deleted: string[] = [];
const reactions: { readonly key: proto.IMessageKey; readonly reaction: proto.IReaction }[] = [];
before(async () => {
  test = await openSandbox();
  me = await test.pair(ME, { config: trusting(test.sandbox.ca) });
  ben = await test.control.makePhone(BEN, { name: 'Ben' });
  carl = await test.control.makePhone(CARL, { name: 'Carl' });
  group = (await ben.makeGroup('Everything', [ME, CARL])).jid;
  const { ev } = me.client.sock();
  ev.on('messages.reaction', (all) => reactions.push(...all));
  ev.on('messages.update', (all) => {
    for (const { key, update } of all) if (update.message === null) deleted.push(key.id ?? '');
  });
});
after(() => test.close());
dumpFramesOnFailure(() => test);

const upsert = async (id: string) => (await untilUpsert(me.client, id)).message;
const lidOf = async (phone: PhoneHandle) => `${(await phone.show()).lid}@lid`;

it('reacts, edits and deletes in a group, by its author and by an admin', async () => {
  const id = await carl.send(group, 'first');
  const { key } = await upsert(id);
  await ben.waitForMessage((message) => message.id === id);
  const reactionId = await ben.post(group, { reaction: { message: id, text: '👀' } });
  const reaction = await until('reaction', () =>
    reactions.find((one) => one.reaction.key?.id === reactionId),
  );
  assert.deepEqual([reaction.key.id, reaction.key.participant], [id, await lidOf(carl)]);
  await carl.post(group, { edit: { message: id, text: 'second' } });
  for (const phone of [ben, me.phone]) {
    const now = await phone.waitForMessage((message) => message.id === id && message.edited);
    assert.deepEqual([now.text, now.chat, now.reactions], ['second', group, [{ from: BEN, text: '👀' }]]);
  }
  // a member that is no admin cannot delete it, an admin can
  await me.client.sock().sendMessage(group, { delete: key });
  const sign = await me.client.sock().sendMessage(group, { text: 'tried' });
  await carl.waitForMessage((message) => message.id === sign?.key.id);
  assert.equal((await carl.displayed()).find((message) => message.id === id)?.kind, 'text');
  await ben.changeGroup(group, { kind: 'promote', numbers: [ME] });
  await me.client.sock().sendMessage(group, { delete: key });
  await carl.waitForMessage((message) => message.id === id && message.kind === 'deleted');
  const mine = sign?.key.id ?? '';
  await assert.rejects(carl.post(group, { delete: mine }), { status: 409 });
  await ben.post(group, { delete: mine });
  await until('deletion', () => deleted.includes(mine));
});

it('votes and sends files in a group', async () => {
  const poll = await me.client.sock().sendMessage(group, {
    poll: { name: 'Where?', values: ['here', 'there'], selectableCount: 1 },
  });
  const pollMsgId = poll?.key.id ?? '';
  await ben.waitForMessage((message) => message.id === pollMsgId);
  const voteId = await ben.post(group, { vote: { message: pollMsgId, options: ['there'] } });
  const update = (await upsert(voteId)).message?.pollUpdateMessage;
  const pollEncKey = poll?.message?.messageContextInfo?.messageSecret;
  assert.ok(update?.vote && pollEncKey);
  const parties = { pollCreatorJid: await lidOf(me.phone), voterJid: await lidOf(ben) };
  assert.equal(decryptPollVote(update.vote, { ...parties, pollEncKey, pollMsgId }).selectedOptions.length, 1);
  for (const phone of [ben, carl, me.phone]) {
    await phone.waitForMessage(
      ({ id, poll: tally }) => id === pollMsgId && tally?.options[1]?.voters[0] === BEN,
    );
  }

  const data = Buffer.from('for everyone');
  const id = await carl.sendFile(group, { kind: 'document', data, caption: 'all' });
  const message = await upsert(id);
  assert.equal(normalizeMessageContent(message.message)?.documentMessage?.caption, 'all');
  assert.deepEqual(await download(message, test.sandbox.ca), data);
  await ben.waitForMessage((shown) => shown.id === id);
  assert.deepEqual(await ben.file(id), data);
});
