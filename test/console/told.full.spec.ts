import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { withoutBrowser } from '../support/browser.ts';
import { makeJpeg } from '../support/media.ts';
import { waitFor } from '../support/wait.ts';
import { pair } from '../support/world.ts';
import { ANNA, openScene, type Scene, SHOP } from './scene.ts';

const BEN = '4915100000003';
const chatOf = (number: string): string => `${number}@s.whatsapp.net`;

describe('the console, of what the phone and WhatsApp tell', { skip: withoutBrowser() }, () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
    await pair(scene.service(), 'shop', scene.shop);
  });
  after(() => scene?.close());
  afterEach(() => assert.deepEqual(scene.complaints(), []));

  it('stays at the end of a chat while its pictures come', async () => {
    const { anna, page, bubble, open, untilKept } = scene;
    for (const height of [900, 1_000, 1_100])
      await anna.sendFile(SHOP, { kind: 'image', data: await makeJpeg(600, height) });
    await anna.send(SHOP, 'Which?');
    await untilKept('Which');
    await open(`#/accounts/shop/chats/${chatOf(ANNA)}`);
    await bubble('Which?').waitFor();
    const scroller = page.locator('.scroller');
    const below = () =>
      scroller.evaluate(
        (element) =>
          Number(Reflect.get(element, 'scrollHeight')) -
          Number(Reflect.get(element, 'scrollTop')) -
          Number(Reflect.get(element, 'clientHeight')),
      );
    const pictures = page.locator('.bubble img');
    const drawn = () =>
      pictures.evaluateAll((images) => images.map((image) => Number(Reflect.get(image, 'naturalWidth')) > 0));
    await waitFor(async () => String(await drawn()) === 'true,true,true', { what: 'the pictures' });
    await waitFor(async () => (await below()) < 2, { what: 'the end, in sight' });
    // one that grows between a scroll and what is told of it, as chance has it where several come at once
    await pictures.first().evaluate((image) => {
      Object.assign(Reflect.get(image, 'style'), { height: '900px', maxHeight: 'none' });
      Reflect.apply(Reflect.get(image, 'dispatchEvent'), image, [new Event('scroll', { bubbles: true })]);
    });
    await waitFor(async () => (await below()) < 2, { what: 'the end, still in sight' });
    // whoever goes up stays there
    await scroller.hover();
    await page.mouse.wheel(0, -600);
    await waitFor(async () => (await below()) > 300, { what: 'what was said before' });
    const before = await below();
    await anna.send(SHOP, 'Well?');
    await bubble('Well?').waitFor();
    assert.ok((await below()) >= before);
  });

  it('marks what was pinned, starred and deleted on the phone', async () => {
    const { service, shop, anna, bubble, untilKept, shoot } = scene;
    const about = { chatId: chatOf(ANNA) };
    const pinned = await anna.send(SHOP, 'Pin this');
    const starred = await anna.send(SHOP, 'Star this');
    const deleted = await anna.send(SHOP, 'Forget this');
    await untilKept('Forget');
    await service().send('POST', '/accounts/shop/message/pin', { ...about, messageId: pinned });
    await service().send('PUT', '/accounts/shop/message/star', { ...about, messageId: starred });
    await shop.change({ kind: 'deleteForMe', chat: ANNA, id: deleted });
    await bubble('Pin this').getByTitle('pinned').waitFor();
    await bubble('Star this').getByTitle('starred').waitFor();
    await bubble('Forget this').getByText('deleted on the phone').waitFor();
    await bubble('Pin this').locator('.meta').click();
    await scene.page.locator('.facts', { hasText: `by +${SHOP}, until` }).waitFor();
    await shoot('marks');
  });

  it('keeps a chat that was deleted on the phone apart, until something is said there', async () => {
    const { world, shop, page, open, shoot } = scene;
    await open('#/accounts/shop');
    const ben = await world.sandbox.makePhone(BEN, { name: 'Ben' });
    await ben.send(SHOP, 'Good morning');
    const row = page.getByRole('list', { name: 'Chats', exact: true }).locator('.row', { hasText: 'Ben' });
    await row.waitFor();
    await shop.change({ kind: 'deleteChat', chat: BEN });
    await row.waitFor({ state: 'detached' });
    await page.getByText('Deleted on the phone', { exact: true }).click();
    await page.locator('.bin .row', { hasText: 'Ben' }).click();
    await page.getByText('Deleted on the phone. What was said stays here.').waitFor();
    await shoot('deleted-chat');
    // what a chat was deleted up to is told in seconds
    await world.sandbox.forward(2_000);
    await ben.send(SHOP, 'Still there?');
    await row.waitFor();
    await page.locator('.bin').waitFor({ state: 'hidden' });
    await page.getByText('Cleared on the phone.').waitFor();
    await open('#/accounts');
  });

  it('warns while WhatsApp lets an account write to nobody new', async () => {
    const { world, page, open, isNarrowEnough } = scene;
    const account = world.sandbox.account(SHOP);
    const until = Math.ceil(Date.now() / 1_000) + 86_400;
    await account.trouble({ kind: 'restrict', until, reason: 'WEB_COMPANION_ONLY' });
    await page.locator('.card', { hasText: 'write to nobody new until' }).click();
    const warning = page.locator('.warning', { hasText: 'WEB_COMPANION_ONLY' });
    await warning.waitFor();
    await isNarrowEnough();
    await account.trouble({ kind: 'restrict', until: null });
    await warning.waitFor({ state: 'detached' });
    await open('#/accounts');
    await page.locator('.card', { hasText: 'Last changed' }).waitFor();
  });

  it('marks a chat as read when it is told to, not before', async () => {
    const { world, service, anna, page, button, bubble, open, shoot, isNarrowEnough } = scene;
    const chatId = chatOf(ANNA);
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
    assert.notEqual(await unread(), 0);
    await shoot('unread');
    await isNarrowEnough();
    await button('Mark as read').click();
    await button('Mark as read').waitFor({ state: 'hidden' });
    await waitFor(async () => (await unread()) === 0, { what: 'a chat that was read' });
    await world.sandbox.account(SHOP).waitForReceipt(({ kind }) => kind === 'read');
    await sign.waitFor({ state: 'detached' });
  });

  it('keeps older pages of a chat in step', async () => {
    const { service, anna, button, bubble, open, untilKept } = scene;
    const chatId = chatOf(ANNA);
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
