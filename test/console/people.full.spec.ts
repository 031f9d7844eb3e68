import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { withoutBrowser } from '../support/browser.ts';
import { waitFor } from '../support/wait.ts';
import { pair } from '../support/world.ts';
import { ANNA, openScene, type Scene, SHOP } from './scene.ts';

describe('the console, of what was read and what became of it', { skip: withoutBrowser() }, () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
    await pair(scene.service(), 'shop', scene.shop);
  });
  after(() => scene?.close());
  afterEach(() => assert.deepEqual(scene.complaints(), []));

  it('marks a chat as read when it is told to, not before', async () => {
    const { world, service, anna, page, button, bubble, open, shoot, isNarrowEnough } = scene;
    const chatId = `${ANNA}@s.whatsapp.net`;
    const unread = async () => {
      const { chat } = (await service().get(`/accounts/shop/chats/${chatId}`)).body;
      return Reflect.get(Object(chat), 'unreadCount');
    };
    await anna.send(SHOP, 'Have you read this?');
    await open(`#/accounts/shop/chats/${chatId}`);
    await bubble('Have you read this?').waitFor();
    await button('Mark as read').waitFor();
    const sign = page.locator(`.row[data-chat="${chatId}"] .unread`);
    await sign.waitFor();
    assert.equal(await unread(), 1);
    await shoot('unread');
    await isNarrowEnough();
    await button('Mark as read').click();
    await button('Mark as read').waitFor({ state: 'hidden' });
    await waitFor(async () => (await unread()) === 0, { what: 'a chat that was read' });
    await world.sandbox.account(SHOP).waitForReceipt(({ kind }) => kind === 'read');
    await sign.waitFor({ state: 'detached' });
  });

  it('says whether this process delivers to webhooks', async () => {
    const { page, open } = scene;
    await open('#/system');
    const part = page.locator('.part', { hasText: 'Webhooks' });
    await part.locator('.badge', { hasText: 'delivering' }).waitFor();
  });

  it('keeps older pages of a chat in step', async () => {
    const { service, anna, button, bubble, open, untilKept } = scene;
    const chatId = `${ANNA}@s.whatsapp.net`;
    const old = await anna.send(SHOP, 'An old one');
    for (let index = 0; index < 50; index++) await anna.send(SHOP, `One of many ${index}`);
    await anna.send(SHOP, 'The newest');
    await untilKept('newest');
    await open('#/accounts');
    await open(`#/accounts/shop/chats/${chatId}`);
    await bubble('The newest').waitFor();
    await button('Older messages').click();
    await bubble('An old one').waitFor();
    await service().send('PUT', '/accounts/shop/message/star', { chatId, messageId: old });
    await bubble('An old one').getByTitle('starred').waitFor();
  });
});
