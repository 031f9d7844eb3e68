import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { jidOf, messagesOf, pair, startWorld, untilStatus, type World } from '../support/world.ts';

const ACCOUNT = 'shop';

let world: World;
let service: Service;
let own: PhoneHandle;
let anna: PhoneHandle;

before(async () => {
  world = await startWorld({ durable: true });
  own = await world.sandbox.makePhone('4915100000001', { name: 'Shop' });
  anna = await world.sandbox.makePhone('4915100000002', {
    name: 'Anna',
    deliverAfter: 300,
    readAfter: 300,
  });
  service = await startService(world.env);
});
after(async () => {
  await service?.kill();
  await world?.close();
});

const send = async (body: Record<string, unknown>): Promise<string> => {
  const answer = await service.send('POST', `/accounts/${ACCOUNT}/message/send`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return String(answer.body.messageId);
};
const statusOfMessage = async (id: string): Promise<unknown> => {
  const { body } = await service.get(`/accounts/${ACCOUNT}/messages/${id}`);
  return (body.message as { status?: string } | undefined)?.status;
};
const untilMessageStatus = (id: string, status: string) =>
  waitFor(async () => (await statusOfMessage(id)) === status, { what: `message ${status}` });

it('pairs with a phone that scans the QR code of its status', async () => {
  await pair(service, ACCOUNT, own);
  await waitFor(
    async () => {
      const { body } = await service.get('/accounts');
      const [account] = body.accounts as { _id: string; status: string; currentStatus: string }[];
      return (
        account?._id === ACCOUNT && account.status === 'connected' && account.currentStatus === 'connected'
      );
    },
    { what: 'connected account in the list' },
  );
});

it("shows a phone's text in its chat", async () => {
  await anna.send(own.number, 'Do you have umbrellas?');
  const [message] = await waitFor(
    async () => {
      const messages = await messagesOf(service, ACCOUNT, jidOf(anna));
      return messages.length > 0 && messages;
    },
    { what: 'message in the chat' },
  );
  assert.equal(message?.text, 'Do you have umbrellas?');
  assert.equal(message?.fromMe, false);
});

it('sends a text that goes from sent to delivered to read', async () => {
  const id = await send({ to: jidOf(anna), message: 'Yes, in red' });
  await untilMessageStatus(id, 'sent');
  await untilMessageStatus(id, 'delivered');
  await untilMessageStatus(id, 'read');
  const shown = await anna.waitForMessage((message) => message.id === id);
  assert.equal(shown.text, 'Yes, in red');
});

it('replies with a quote, and keeps both sides of the conversation in one chat', async () => {
  const [question] = (await anna.displayed()).filter((message) => message.fromMe);
  assert.ok(question);
  const body = { to: jidOf(anna), message: 'From 12 euros', quotedMessageId: question.id };
  const answer = await service.send('POST', `/accounts/${ACCOUNT}/message/reply`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const shown = await anna.waitForMessage((message) => message.id === answer.body.messageId);
  assert.equal(shown.quoted?.id, question.id);
  const messages = await messagesOf(service, ACCOUNT, jidOf(anna));
  assert.deepEqual(
    messages.map(({ text }) => text),
    ['From 12 euros', 'Yes, in red', 'Do you have umbrellas?'],
  );
  assert.equal(messages[0]?.quotedMessage?.messageId, question.id);
  const { body: chats } = await service.get(`/accounts/${ACCOUNT}/chats`);
  assert.equal((chats.chats as unknown[]).length, 1);
});

it('goes on after kill -9, without a QR code, with nothing missing and nothing doubled', async () => {
  await service.kill();
  await anna.send(own.number, 'Are you still there?');
  const begun = performance.now();
  service = await startService(world.env);
  await untilStatus(service, ACCOUNT, 'connected');
  const id = await send({ to: jidOf(anna), message: 'We are back' });
  await anna.waitForMessage((message) => message.id === id);
  await anna.send(own.number, 'Fine');
  await waitFor(
    async () => (await messagesOf(service, ACCOUNT, jidOf(anna))).some(({ text }) => text === 'Fine'),
    { what: 'message after the restart' },
  );
  assert.ok(performance.now() - begun < 15_000, 'sends and receives again within 15 s');
  const texts = (await messagesOf(service, ACCOUNT, jidOf(anna))).map(({ text }) => text);
  assert.deepEqual(
    [...texts].sort(),
    [
      'Are you still there?',
      'Do you have umbrellas?',
      'Fine',
      'From 12 euros',
      'We are back',
      'Yes, in red',
    ].sort(),
  );
  const fromShop = (await anna.displayed()).filter((message) => !message.fromMe);
  assert.deepEqual(
    fromShop.map(({ text }) => text),
    ['Yes, in red', 'From 12 euros', 'We are back'],
  );
});

it('stops in order on SIGTERM, exit code 0', async () => {
  assert.equal(await service.stop(), 0);
});
