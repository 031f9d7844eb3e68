import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createChatQueries } from '../../src/queries/chats.ts';
import { createMessageQueries } from '../../src/queries/messages.ts';
import * as make from '../support/events.ts';
import type { Given } from '../support/projection-spec.ts';
import { openStoredViews } from '../support/stored-views.ts';

const { ANN, BOB, GROUP, NOW } = make;
const notice = { waId: 'N', chat: GROUP, from: ANN, timestamp: NOW + 2, people: [BOB] };
const events = [
  make.created(),
  make.received('READ', { chat: GROUP, from: ANN, timestamp: NOW }),
  { type: 'chat.marked_read', data: { chat: GROUP } },
  make.received('UNREAD', { chat: GROUP, from: ANN, timestamp: NOW + 1 }),
  { type: 'group.participants_added', data: notice },
] as readonly Given[];

let stored: Awaited<ReturnType<typeof openStoredViews>>;
before(async () => {
  stored = await openStoredViews(events);
});
after(() => stored.close());

it('the messages that are unread are those that count as unread, not the lines between them', async () => {
  const read = stored.read();
  const group = (await createChatQueries(read).list('shop')).chats.find(({ chatId }) => chatId === GROUP.jid);
  assert.equal(group?.unreadCount, 1);
  const unread = await createMessageQueries(read).unread('shop', GROUP.jid);
  assert.deepEqual(
    unread.map(({ waId }) => waId),
    ['UNREAD'],
  );
});
