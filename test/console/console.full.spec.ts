import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { openPage, type TestPage, withoutBrowser } from '../support/browser.ts';
import { makeJpeg } from '../support/media.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { startWorld, statusOf, type World } from '../support/world.ts';
import { startProxy } from './proxy.ts';

const SHOP = '4915100000001';
const ANNA = '4915100000002';
const MALLORY = '4915100000003';
const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title=2</script> {{7*7}} javascript:alert(1)';
const API_KEY = 'correct-horse-battery';

const shoot = async (page: Page, name: string): Promise<void> => {
  if (process.env.SCREENSHOT) await page.screenshot({ path: `${process.env.SCREENSHOT}/${name}.png` });
};

describe('the console', { skip: withoutBrowser() }, () => {
  let world: World;
  let service: Service;
  let opened: TestPage;
  let page: Page;
  let receiver: Receiver;
  let shop: PhoneHandle;
  let anna: PhoneHandle;
  before(async () => {
    world = await startWorld();
    receiver = await startReceiver();
    service = await startService(world.env);
    shop = await world.sandbox.makePhone(SHOP, { name: 'Shop' });
    anna = await world.sandbox.makePhone(ANNA, { name: 'Anna' });
    opened = await openPage(`${service.url}/console`);
    ({ page } = opened);
  });
  after(async () => {
    await opened?.close();
    await service?.stop();
    await receiver?.close();
    await world?.close();
  });
  afterEach(() => assert.deepEqual(opened.complaints.splice(0), []));

  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const dialog = (): Locator => page.getByRole('dialog');
  const bubble = (text: string): Locator => page.locator('.bubble').filter({ hasText: text });
  const open = (hash: string) =>
    page.evaluate((to) => void Reflect.set(Reflect.get(globalThis, 'location'), 'hash', to), hash);
  /** With a few more chats than one, as on a usual day. */
  const shootForDocs = async () => {
    if (!process.env.SCREENSHOT) return;
    const said = { Ben: 'Is the parcel on its way?', Carla: 'See you on Friday 🎉', Dora: 'Thank you!' };
    for (const [index, [name, text]] of Object.entries(said).entries()) {
      const phone = await world.sandbox.makePhone(`491510000001${index}`, { name });
      await phone.send(SHOP, text);
      await page.locator('.row', { hasText: name }).waitFor();
    }
    await anna.send(SHOP, 'Lovely. Keep a red one for me, I come by at five.');
    await bubble('Lovely').waitFor();
    await page.screenshot({
      path: fileURLToPath(new URL('../../../docs/images/console.png', import.meta.url)),
    });
  };
  const untilKept = (word: string) =>
    waitFor(
      async () =>
        ((await service.get(`/accounts/shop/messages?q=${word}`)).body.messages as unknown[]).length > 0,
      { what: word },
    );
  /** As the browser does it where another tab is chosen. */
  const setHidden = (hidden: boolean) =>
    page.evaluate((value) => {
      const document = Reflect.get(globalThis, 'document');
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  const isNarrowEnough = async () => {
    await page.setViewportSize({ width: 380, height: 740 });
    const width = await page.evaluate(() =>
      Number(Reflect.get(Reflect.get(Reflect.get(globalThis, 'document'), 'documentElement'), 'scrollWidth')),
    );
    assert.ok(width <= 380, `${page.url()} is ${width} wide`);
    await shoot(page, `narrow-${new URL(page.url()).hash.replaceAll(/[^a-z]+/g, '-')}`);
    await page.setViewportSize({ width: 1280, height: 800 });
  };

  it('says what to do first, makes an account, and shows what was refused where it belongs', async () => {
    await page.getByText('No account yet').waitFor();
    await shoot(page, 'empty');
    await page.locator('.heading').getByRole('button', { name: 'New account' }).click();
    await page.getByLabel('Id').fill('No Good');
    await button('Create').click();
    await dialog().getByRole('alert').getByText('id must be 1 to 63 of a-z').waitFor();
    opened.complaints.splice(0); // the refusal that was asked for, as the browser reports it
    await page.getByLabel('Id').fill('shop');
    await page.getByLabel('Name').fill('Corner shop');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Corner shop' }).waitFor();
  });

  it('shows the QR code, and sees it scanned', async () => {
    const code = page.getByRole('img', { name: 'QR code of shop' });
    await code.waitFor();
    const drawn = () => code.evaluate((image) => Number(Reflect.get(image, 'naturalWidth')) > 0);
    await waitFor(drawn, { what: 'the picture of the QR code' });
    await shoot(page, 'qr');
    await isNarrowEnough();
    const { qr } = (await service.get('/accounts/shop/status')).body;
    await shop.scan(String(qr));
    await page.locator('.bar .badge', { hasText: /^connected$/ }).waitFor();
    await code.waitFor({ state: 'hidden' });
    await page.getByText('No chat yet').waitFor();
  });

  it('sees a message come in live, answers it, and shows how it went', async () => {
    await anna.send(SHOP, 'Do you have umbrellas?');
    await page.locator('.row', { hasText: 'Anna' }).click();
    await bubble('Do you have umbrellas?').waitFor();
    await anna.send(SHOP, 'Red ones?');
    await bubble('Red ones?').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('We do, three of them');
    await page.keyboard.press('Enter');
    await anna.waitForMessage(({ text }) => text === 'We do, three of them');
    await bubble('We do, three of them')
      .locator('.ticks:is([data-status="delivered"], [data-status="read"])')
      .waitFor();
    await bubble('We do, three of them').locator('.meta').click();
    const history = page.getByRole('list', { name: 'History' });
    for (const type of ['message.send_requested', 'message.sent', 'message.status_changed'])
      await history.locator('.type', { hasText: type }).first().waitFor();
    await shootForDocs();
    await history.locator('summary').first().click();
    await history.locator('.json', { hasText: 'We do, three of them' }).waitFor();
  });

  it('shows pictures that only it may ask for', async () => {
    await anna.sendFile(SHOP, { kind: 'image', data: await makeJpeg(320, 200), caption: 'this one' });
    const picture = page.getByRole('img', { name: 'this one' });
    await picture.waitFor();
    const width = () => picture.evaluate((image) => Number(Reflect.get(image, 'naturalWidth')) === 320);
    await waitFor(width, { what: 'the picture' });
    await shoot(page, 'talk');
    await isNarrowEnough();
  });

  it('takes hostile names and texts for what they are', async () => {
    const mallory = await world.sandbox.makePhone(MALLORY, { name: HOSTILE.slice(0, 90) });
    await mallory.send(SHOP, HOSTILE);
    await page
      .locator('.row', { hasText: HOSTILE.slice(0, 60) })
      .first()
      .click();
    await bubble(HOSTILE).waitFor();
    await open('#/events?types=message.received');
    const row = page.locator('.events > li').first();
    await row.locator('summary').click();
    await row.locator('.json', { hasText: 'document.title=1' }).waitFor();
    assert.equal(await page.title(), 'Wildcat');
    assert.equal(await page.locator('main script, .gist img, .json img, .text img, h2 img').count(), 0);
    // and were the page's code to slip one day, the browser would not: no string becomes HTML here
    const slip = await page.evaluate(() => {
      try {
        Reflect.set(Reflect.get(Reflect.get(globalThis, 'document'), 'body'), 'innerHTML', '<b>x</b>');
        return 'it became HTML';
      } catch (error) {
        return String(error);
      }
    });
    assert.match(slip, /TrustedHTML/);
    opened.complaints.splice(0);
  });

  it('follows the log, filtered, pauses and goes on without a gap', async () => {
    await open('#/events');
    const { events } = (await service.get('/events?types=message.received&limit=1')).body;
    const [{ subject = '' } = {}] = events as { subject?: string }[];
    await page.getByLabel('Types').fill('message.received');
    await page.getByLabel('Contains').fill(subject);
    await button('Show').click();
    const rows = page.locator('.events > li');
    await rows.nth(2).waitFor();
    const before = await rows.count();
    await anna.send(SHOP, 'Still there?');
    await waitFor(async () => (await rows.count()) === before + 1, { what: 'one more' });
    await button('Pause').click();
    await anna.send(SHOP, 'Hello?');
    await waitFor(async () => (await service.get('/accounts/shop/messages?q=Hello')).body.messages, {
      what: 'it',
    });
    await button('Go on').click();
    await waitFor(async () => (await rows.count()) === before + 2, { what: 'what came meanwhile' });
    // a tab that nobody looks at takes none of the browser's six connections; it has missed nothing when one comes back
    await setHidden(true);
    await waitFor(async () => (await page.locator('.pulse').textContent()) === '', { what: 'a quiet tab' });
    await anna.send(SHOP, 'Anybody?');
    await untilKept('Anybody');
    assert.equal(await rows.count(), before + 2);
    await setHidden(false);
    await waitFor(async () => (await rows.count()) === before + 3, { what: 'what came unseen' });
    await shoot(page, 'events');
    await isNarrowEnough();
  });

  it('goes on with the log where it stood when the service comes back', async () => {
    const { port } = new URL(service.url);
    const before = await page.locator('.events > li').count();
    await service.stop();
    await page.getByText('connection lost').waitFor();
    service = await startService({ ...world.env, PORT: port });
    await page.locator('.pulse', { hasText: /^live$/ }).waitFor();
    await waitFor(async () => (await statusOf(service, 'shop')) === 'connected', {
      what: 'the account again',
    });
    await anna.send(SHOP, 'Back again?');
    await waitFor(async () => (await page.locator('.events > li').count()) === before + 1, {
      what: 'one more',
    });
    opened.complaints.splice(0);
  });

  it('registers a webhook, tests it, delivers once more, pauses it', async () => {
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByText('No webhook yet').waitFor();
    await page.locator('.heading').getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('URL').fill(`${receiver.url}/hook`);
    await button('Register').click();
    await page.getByRole('heading', { name: '/hook' }).waitFor();
    await button('Test').click();
    await page.getByText(/^Taken: 200 after/).waitFor();
    await anna.send(SHOP, 'For the hook');
    const delivery = page
      .locator('.delivery')
      .filter({ has: page.locator('.of', { hasText: /^shop$/ }) })
      .first();
    await delivery.locator('.badge', { hasText: 'delivered' }).waitFor();
    const before = receiver.got.length;
    await delivery.getByRole('button', { name: 'Redeliver' }).click();
    await waitFor(() => receiver.got.length > before, { what: 'it once more' });
    await button('Pause').click();
    await page.locator('.bar .badge', { hasText: 'paused' }).waitFor();
    await button('Show secret').click();
    await page.getByText(/whsec_/).waitFor();
    await shoot(page, 'webhook');
    await isNarrowEnough();
    await button('Resume').click();
    await page.locator('.bar .badge', { hasText: 'active' }).waitFor();
  });

  it('shows the parts, rebuilds a view and verifies it', async () => {
    await page.getByRole('link', { name: 'System' }).click();
    await page.locator('.part', { hasText: 'NATS' }).locator('.badge', { hasText: 'up' }).waitFor();
    const view = page.locator('.view[data-view="messages"]');
    await view.getByRole('button', { name: 'Rebuild' }).click();
    await view.getByText('rebuild done').waitFor();
    await view.locator('.work', { hasText: '100 %' }).waitFor();
    await view.getByRole('button', { name: 'Verify' }).click();
    await view.getByText('verified').waitFor();
    await view.getByRole('button', { name: 'Drop' }).click();
    await dialog().getByText('documents').first().waitFor();
    await button('Drop it').click();
    await view.getByText('was replaced').waitFor({ state: 'detached' });
    await shoot(page, 'system');
    await isNarrowEnough();
  });

  it('is used by the keyboard alone', async () => {
    await page.getByRole('link', { name: 'Accounts' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.card').waitFor();
    await page.locator('.card').focus();
    await page.keyboard.press('Enter');
    await page.locator('.row', { hasText: 'Anna' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Message' }).focus();
    await page.keyboard.type('by keys');
    await page.keyboard.press('Enter');
    await anna.waitForMessage(({ text }) => text === 'by keys');
    await bubble('by keys').locator('.meta').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('list', { name: 'History' }).locator('.type').first().waitFor();
    const unnamed = page.locator(
      'input:not([aria-label]), textarea:not([aria-label]), select:not([aria-label])',
    );
    for (const input of await unnamed.all())
      assert.equal(await input.locator('xpath=ancestor::label').count(), 1);
  });

  it('looks the same in the dark', { skip: !process.env.SCREENSHOT }, async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const room of ['accounts', 'events', 'webhooks', 'system']) {
      await open(`#/${room}`);
      await page.locator('.card, .events > li, .view').first().waitFor();
      await shoot(page, `dark-${room}`);
    }
    await open(`#/accounts/shop/chats/${ANNA}@s.whatsapp.net`);
    await bubble('by keys').waitFor();
    await page.getByRole('img', { name: 'this one' }).waitFor();
    await shoot(page, 'dark-talk');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('asks before it deletes, says what is lost, and does it', async () => {
    await open('#/accounts/shop');
    await button('Delete').click();
    await dialog()
      .getByText(/\d+ messages in \d chats, and 1 file/)
      .waitFor();
    await shoot(page, 'delete');
    await button('Cancel').click();
    assert.equal(await statusOf(service, 'shop'), 'connected');
    await button('Delete').click();
    await button('Delete for ever').click();
    await page.getByText('No account yet').waitFor();
    assert.equal((await service.get('/accounts/shop')).status, 404);
  });

  it('asks for the API key, keeps it for the tab alone, and works behind the path of a proxy', async () => {
    const { port } = new URL(service.url);
    await service.stop();
    await open('#/webhooks');
    await page.getByRole('alert').getByText('The service does not answer').waitFor();
    service = await startService({ ...world.env, API_KEY, HOST: '127.0.0.1', PORT: port });
    // it tried again by itself
    await page.getByRole('textbox', { name: 'API key' }).waitFor();
    const proxy = await startProxy(service.url, '/wa/');
    await page.goto(`${proxy.url}/wa/console/`);
    await page.getByRole('textbox', { name: 'API key' }).fill(`${API_KEY}x`);
    await button('Open').click();
    await page.getByRole('alert').getByText('API key missing or wrong').waitFor();
    await shoot(page, 'gate');
    await page.getByRole('textbox', { name: 'API key' }).fill(API_KEY);
    await button('Open').click();
    await page.getByText('No account yet').waitFor();
    await page.locator('.pulse', { hasText: /^live$/ }).waitFor();
    const kept = await page.evaluate(() =>
      ['sessionStorage', 'localStorage'].map((name) => JSON.stringify(Reflect.get(globalThis, name))),
    );
    assert.deepEqual(
      kept.map((text) => text.includes(API_KEY)),
      [true, false],
    );
    assert.ok(!proxy.asked.some((path) => path.includes(API_KEY)));
    await button('Forget the API key').click();
    await page.getByRole('textbox', { name: 'API key' }).waitFor();
    await page.reload();
    await page.getByRole('textbox', { name: 'API key' }).waitFor();
    await proxy.close();
    opened.complaints.splice(0);
  });
});
