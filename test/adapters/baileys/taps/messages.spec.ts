import assert from 'node:assert/strict';
import { it } from 'node:test';
import { proto, type WAMessage, WAMessageStubType } from '@whiskeysockets/baileys';
import { createMessageTaps } from '../../../../src/adapters/baileys/taps/messages.ts';
import { createStateTaps } from '../../../../src/adapters/baileys/taps/state.ts';
import { ANN, GROUP, ME, MY_LID, newDisk, startReceiver } from '../../../support/signal-peers.ts';

const { Status } = proto.WebMessageInfo;
const AT = 1_700_000_000;

/** The taps on a session's memory, and what its log holds in the end. */
const session = async () => {
  const disk = await newDisk();
  const { core, settled } = startReceiver(disk);
  const taps = createMessageTaps(
    core,
    () => new Date(0),
    () => undefined,
  );
  const logged = async () => {
    await settled();
    return disk.log.map(({ type, data }) => [type, data]);
  };
  return { core, taps, logged, disk: { log: disk.log, settled } };
};
const own = (id: string) => ({ id, fromMe: true, remoteJid: ANN });

it('tells once what the devices of a recipient tell one by one', async () => {
  const { taps, logged } = await session();
  const update = { status: Status.READ, messageTimestamp: AT };
  for (let device = 0; device < 3; device += 1) taps['messages.update']?.([{ key: own('S1'), update }]);
  const data = { waId: 'S1', chat: { jid: ANN }, status: 'read', at: AT };
  assert.deepEqual(await logged(), [['message.status_changed', data]]);
});

it('tells of a refusal only what was sent from here', async () => {
  const { core, taps, logged } = await session();
  core.recent.addOwn('S1');
  const update = { status: Status.ERROR, messageStubParameters: ['400'] };
  for (const id of ['S1', 'ofBaileys']) taps['messages.update']?.([{ key: own(id), update }]);
  assert.deepEqual(
    (await logged()).map(([, data]) => data),
    [
      {
        ...{ waId: 'S1', chat: { jid: ANN }, code: 400, phase: 'server' },
        reason: 'WhatsApp refused it (400)',
      },
    ],
  );
});

it('tells once that the phone has read a chat or a group, however many messages the receipt names', async () => {
  const { taps, logged } = await session();
  const keys = ['A1', 'A2'].map((id) => ({ id, fromMe: false, remoteJid: ANN }));
  taps['messages.update']?.(keys.map((key) => ({ key, update: { status: Status.READ } })));
  const key = { id: 'G1', fromMe: false, remoteJid: GROUP };
  for (const userJid of [MY_LID, ME, ANN])
    taps['message-receipt.update']?.([{ key, receipt: { userJid, readTimestamp: AT } }]);
  assert.deepEqual(await logged(), [
    ['chat.marked_read', { chat: { jid: ANN } }],
    ['chat.marked_read', { chat: { jid: GROUP } }],
    ['chat.marked_read', { chat: { jid: GROUP } }],
  ]);
});

it('tells the timer of a group that we have come into, and of that only', async () => {
  const { taps, logged } = await session();
  const notice = (id: string, remoteJid: string): WAMessage => ({
    key: { id, fromMe: false, remoteJid, participant: ANN },
    ...{ messageTimestamp: AT, messageStubType: WAMessageStubType.GROUP_CREATE },
    messageStubParameters: ['Friends'],
  });
  taps['groups.upsert']?.([
    { id: GROUP, subject: 'Friends', owner: ANN, participants: [], ephemeralDuration: 86_400 },
  ]);
  const messages = [notice('N1', '9-9@g.us'), notice('N2', GROUP), notice('N3', GROUP)];
  taps['messages.upsert']?.({ messages, type: 'append' });
  assert.deepEqual(
    (await logged()).map(([, data]) => data && typeof data === 'object' && 'disappearing' in data),
    [false, true, false],
  );
});

it('leaves out what the seam has logged, and what was sent from here', async () => {
  const { core, taps, logged } = await session();
  const message = (id: string, fromMe: boolean): WAMessage => ({
    key: { id, fromMe, remoteJid: ANN },
    ...{ messageTimestamp: AT, message: { conversation: 'hello' } },
  });
  core.recent.addOwn('S1');
  const source = { event: 'decrypt', offline: false };
  core.recorder.judge(message('A1', false), source);
  const messages = [message('A1', false), message('S1', true), message('A2', false)];
  taps['messages.upsert']?.({ messages, type: 'notify' });
  assert.deepEqual(
    (await logged()).map(([type, data]) => [type, Object(data).waId]),
    [['message.received', 'A2']],
  );
});

it('tells of what is marked and set when that was done and that the phone has done it', async () => {
  const { disk, core, taps } = await session();
  const index = ['star', GROUP, 'M1', '0', ANN];
  core.entries.note({ index, value: { timestamp: AT * 1_000 } });
  const key = { remoteJid: GROUP, id: 'M1', fromMe: false };
  taps['messages.update']?.([{ key, update: { starred: true } }]);
  const state = createStateTaps(core);
  state['chats.update']?.([{ id: ANN, pinned: AT * 1_000, conditional: () => true }]);
  state['chats.update']?.([{ id: ANN, archived: true, conditional: () => true }]);
  const timer = { waId: 'T1', fromMe: false, chat: { jid: ANN }, from: { jid: ANN }, timestamp: AT };
  core.tell({ type: 'chat.disappearing_changed', data: { ...timer, seconds: 60 } });
  core.tell({ type: 'contact.saved', data: { chat: { jid: ANN }, name: 'Ann' } });
  core.tell({ type: 'contact.renamed', data: { chat: { jid: ANN }, pushName: 'ann' } });
  await disk.settled();
  const then = new Date(AT * 1_000).toISOString();
  assert.deepEqual(
    disk.log.map(({ type, actor, occurredAt }) => [type, actor?.kind, occurredAt === then]),
    [
      ['message.starred', 'phone', true],
      ['chat.pinned', 'phone', true],
      ['chat.archived', 'phone', false],
      ['chat.disappearing_changed', 'peer', true],
      ['contact.saved', 'phone', false],
      ['contact.renamed', 'peer', false],
    ],
  );
});
