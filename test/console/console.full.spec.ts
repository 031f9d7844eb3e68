import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withoutBrowser } from '../support/browser.ts';
import { makeJpeg } from '../support/media.ts';
import { waitFor } from '../support/wait.ts';
import { statusOf } from '../support/world.ts';
import { ANNA, openScene, type Scene, SHOP } from './scene.ts';

const MALLORY = '4915100000003';
const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title=2</script> {{7*7}} javascript:alert(1)';

describe('the console, for who begins', { skip: withoutBrowser() }, () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene?.close());
  afterEach(() => assert.deepEqual(scene.complaints(), []));

  /** With a few more chats than one, as on a usual day. */
  const shootForDocs = async () => {
    if (!process.env.SCREENSHOT) return;
    const { world, page, anna, bubble } = scene;
    const said = { Ben: 'Is the parcel on its way?', Carla: 'See you on Friday 🎉', Dora: 'Thank you!' };
    for (const [index, [name, text]] of Object.entries(said).entries()) {
      const phone = await world.sandbox.makePhone(`491510000001${index}`, { name });
      await phone.send(SHOP, text);
      await page.locator('.row', { hasText: name }).waitFor();
    }
    await anna.send(SHOP, 'Lovely. Keep a red one for me, I come by at five.');
    await bubble('Lovely').waitFor();
    const path = fileURLToPath(new URL('../../../docs/images/console.png', import.meta.url));
    await page.screenshot({ path });
  };

  it('says what to do first, makes an account, and shows what was refused where it belongs', async () => {
    const { page, button, dialog, shoot } = scene;
    await page.getByText('No account yet').waitFor();
    await shoot('empty');
    await page.locator('.heading').getByRole('button', { name: 'New account' }).click();
    await page.getByLabel('Id').fill('No Good');
    await button('Create').click();
    await dialog().getByRole('alert').getByText('id must be 1 to 63 of a-z').waitFor();
    scene.complaints(); // the refusal that was asked for, as the browser reports it
    await page.getByLabel('Id').fill('shop');
    await page.getByLabel('Name').fill('Corner shop');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Corner shop' }).waitFor();
  });

  it('shows the QR code, and sees it scanned', async () => {
    const { service, shop, page, shoot, isNarrowEnough } = scene;
    const code = page.getByRole('img', { name: 'QR code of shop' });
    await code.waitFor();
    const drawn = () => code.evaluate((image) => Number(Reflect.get(image, 'naturalWidth')) > 0);
    await waitFor(drawn, { what: 'the picture of the QR code' });
    await shoot('qr');
    await isNarrowEnough();
    const { qr } = (await service().get('/accounts/shop/status')).body;
    await shop.scan(String(qr));
    await page.locator('.bar .badge', { hasText: /^connected$/ }).waitFor();
    await code.waitFor({ state: 'hidden' });
    await page.getByText('No chat yet').waitFor();
  });

  it('sees a message come in live, answers it, and shows how it went', async () => {
    const { anna, page, bubble } = scene;
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
    const { anna, page, shoot, isNarrowEnough } = scene;
    await anna.sendFile(SHOP, { kind: 'image', data: await makeJpeg(320, 200), caption: 'this one' });
    const picture = page.getByRole('img', { name: 'this one' });
    await picture.waitFor();
    const width = () => picture.evaluate((image) => Number(Reflect.get(image, 'naturalWidth')) === 320);
    await waitFor(width, { what: 'the picture' });
    await shoot('talk');
    await isNarrowEnough();
  });

  it('takes hostile names and texts for what they are', async () => {
    const { world, page, bubble, open } = scene;
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
    const slip = await page.locator('.pulse').evaluate((element) => {
      try {
        Reflect.set(element, 'innerHTML', '<b>x</b>');
        return 'it became HTML';
      } catch (error) {
        return String(error);
      }
    });
    assert.match(slip, /TrustedHTML/);
    scene.complaints();
  });

  it('is used by the keyboard alone', async () => {
    const { anna, page, bubble } = scene;
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

  it('looks the same in the dark', async () => {
    const { page, bubble, open, shoot } = scene;
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const room of ['accounts', 'events', 'system']) {
      await open(`#/${room}`);
      await page.locator('.card, .events > li, .view').first().waitFor();
      await shoot(`dark-${room}`);
    }
    await open(`#/accounts/shop/chats/${ANNA}@s.whatsapp.net`);
    await bubble('by keys').waitFor();
    await page.getByRole('img', { name: 'this one' }).waitFor();
    await shoot('dark-talk');
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('asks before it deletes, says what is lost, and does it', async () => {
    const { service, page, button, dialog, open, shoot } = scene;
    await open('#/accounts/shop');
    await button('Delete').click();
    await dialog()
      .getByText(/\d+ messages in \d chats, and 1 file/)
      .waitFor();
    await shoot('delete');
    await button('Cancel').click();
    assert.equal(await statusOf(service(), 'shop'), 'connected');
    await button('Delete').click();
    await button('Delete for ever').click();
    await page.getByText('No account yet').waitFor();
    assert.equal((await service().get('/accounts/shop')).status, 404);
  });
});
