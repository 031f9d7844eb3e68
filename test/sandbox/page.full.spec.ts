import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { normalizeMessageContent } from '@whiskeysockets/baileys';
import type { Locator, Page } from 'playwright-core';
import { type BareBaileys, openBaileys, until } from '../support/bare-baileys.ts';
import { openPage, type TestPage, withoutBrowser } from '../support/browser.ts';
import { dumpFramesOnFailure } from '../support/frames.ts';
import { download, makeJpeg, trusting } from '../support/media.ts';
import { jidOf, openSandbox, type TestSandbox } from '../support/sandbox.ts';
import { PEOPLE, playScene } from '../support/sandbox-scene.ts';

const ANNA = '4916200000001';
const SHOP = '4916200000002';
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script> javascript:alert(1)';

describe('the page', { skip: withoutBrowser() }, () => {
  let test: TestSandbox;
  let opened: TestPage;
  let page: Page;
  let bot: BareBaileys;
  const qrs: string[] = [];
  before(async () => {
    test = await openSandbox();
    opened = await openPage(`${test.sandbox.controlUrl}/`);
    ({ page } = opened);
    bot = openBaileys(test.sandbox, { onQr: (qr) => qrs.push(qr), config: trusting(test.sandbox.ca) });
  });
  after(async () => {
    await opened.close();
    await bot.close();
    await test.close();
  });
  afterEach(() => assert.deepEqual(opened.complaints, []));
  dumpFramesOnFailure(() => test);

  const bubble = (id: string | null | undefined): Locator => page.locator(`.entry[data-id="${id}"]`);
  const dialog = (): Locator => page.getByRole('dialog');
  const menuOf = async (id: string | null | undefined, item: string) => {
    await bubble(id).hover();
    await bubble(id).locator('.more').click();
    await page
      .getByRole('menuitem', { name: item })
      .or(page.getByRole('button', { name: item }))
      .click();
  };
  const type = async (text: string) => {
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await page.keyboard.press('Enter');
  };
  /** A message the bot has got from Anna, by what it says. */
  const got = async (text: string) => {
    const { message } = await until(`the bot gets ${text}`, () =>
      bot.upserts.find(({ message: { key, message: content } }) => {
        const said = normalizeMessageContent(content);
        return !key.fromMe && (said?.conversation ?? said?.extendedTextMessage?.text) === text;
      }),
    );
    return message;
  };
  const sent = async (content: Parameters<ReturnType<BareBaileys['sock']>['sendMessage']>[1]) => {
    const message = await bot.sock().sendMessage(jidOf(ANNA), content);
    await bubble(message?.key.id).waitFor();
    return message;
  };
  const ticks = (id: string | null | undefined, status: string) =>
    bubble(id).locator(`.ticks[data-status="${status}"]`).waitFor();

  it('makes phones, and links an unmodified Baileys by its QR string', async () => {
    await page.getByRole('button', { name: 'Make the first phone' }).click();
    await page.getByLabel('Name').fill('Shop');
    await page.getByLabel('Number').fill('12');
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('alert').getByText('number: a phone number').waitFor();
    opened.complaints.splice(0); // the refusal that was asked for, as the browser reports it
    await page.getByLabel('Number').fill(SHOP);
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { name: 'Shop' }).waitFor();
    await page.getByRole('button', { name: 'Linked devices: scan' }).click();
    await page.getByRole('textbox', { name: 'QR string' }).fill(await until('a QR', () => qrs[0]));
    await dialog().getByRole('button', { name: 'Scan' }).click();
    await dialog().waitFor({ state: 'detached' });
    await until('the first sync', () => bot.auth.creds.accountSyncCounter > 0);
    await page.locator('#rail .dot.live').waitFor();
    // from now on only the bot receipts what the shop gets
    await test.control.phone(SHOP).set({ deliverAfter: null, readAfter: null });
  });

  it('types as a phone: the bot gets it, and the ticks change as it reads', async () => {
    await page.getByRole('button', { name: 'New phone' }).click();
    await page.getByLabel('Name').fill('Anna');
    await page.getByLabel('Number').fill(ANNA);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Anna' }).waitFor();
    await page.getByRole('button', { name: 'New chat' }).click();
    await page.getByLabel('With').selectOption(SHOP);
    await dialog().getByRole('button', { name: 'Open' }).click();
    await bot.sock().presenceSubscribe(jidOf(ANNA));
    const activity: unknown[] = [];
    bot.sock().ev.on('presence.update', ({ presences }) => activity.push(...Object.values(presences)));
    await type('Do you have umbrellas?');
    const { key } = await got('Do you have umbrellas?');
    await until('typing', () => JSON.stringify(activity).includes('composing'));
    await ticks(key.id, 'delivered');
    await bot.sock().readMessages([key]);
    await ticks(key.id, 'read');
    await page.locator('#chats .ticks[data-status="read"]').waitFor();
  });

  it('shows what the bot sends, and what it does with it later', async () => {
    await bot.sock().sendPresenceUpdate('composing', jidOf(ANNA));
    await page.locator('.area header').getByText('typing…').waitFor();
    const text = await sent({ text: 'We *do*: https://example.test/u?a=1' });
    await bubble(text?.key.id).locator('strong', { hasText: 'do' }).waitFor();
    await bubble(text?.key.id).getByRole('link', { name: 'https://example.test/u?a=1' }).waitFor();
    assert.ok(text);
    await bot.sock().sendMessage(jidOf(ANNA), { text: 'We do not', edit: text.key });
    await bubble(text.key.id).getByText('edited').waitFor();
    await bubble(text.key.id).getByText('We do not').waitFor();
    await bot.sock().sendMessage(jidOf(ANNA), { react: { text: '🎉', key: text.key } });
    await bubble(text.key.id).locator('.reactions').getByText('🎉').waitFor();
    await bot.sock().sendMessage(jidOf(ANNA), { delete: text.key });
    await bubble(text.key.id).getByText('This message was deleted').waitFor();
  });

  it('shows pictures, files, sounds, stickers, places and contacts', async () => {
    const image = await sent({ image: await makeJpeg(640, 480), caption: 'look' });
    const width = async () => {
      const picture = bubble(image?.key.id).getByRole('img', { name: 'look' });
      return Number(await picture.evaluate((image) => Reflect.get(image, 'naturalWidth')));
    };
    await until('the picture', async () => (await width()) === 640);
    const document = await sent({
      document: Buffer.from('a,b'),
      mimetype: 'text/csv',
      fileName: 'prices.csv',
    });
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      bubble(document?.key.id).getByRole('link', { name: 'prices.csv' }).click(),
    ]);
    assert.equal(file.suggestedFilename(), 'prices.csv');
    await sent({ audio: Buffer.alloc(900, 7), ptt: true, seconds: 7, mimetype: 'audio/ogg; codecs=opus' });
    await page.locator('.sound.voice .time', { hasText: '0:07' }).waitFor();
    const sticker = await sent({ sticker: await makeJpeg(96, 96) });
    await bubble(sticker?.key.id).getByRole('img', { name: 'Sticker' }).waitFor();
    const place = await sent({ location: { degreesLatitude: 1.5, degreesLongitude: -2.5, name: 'Pier 7' } });
    await bubble(place?.key.id).getByText('1.50000, -2.50000').waitFor();
    const vcard = `BEGIN:VCARD\nFN:Carl\nTEL;waid=${SHOP}:+${SHOP}\nEND:VCARD`;
    const card = await sent({
      contacts: { displayName: 'Carl', contacts: [{ displayName: 'Carl', vcard }] },
    });
    await bubble(card?.key.id).getByText(`+${SHOP}`).waitFor();
  });

  it('answers, reacts, edits, votes and deletes as the phone', async () => {
    const question = await sent({ text: 'Red or blue?' });
    await menuOf(question?.key.id, 'Reply');
    await type('Red');
    const { message, key } = await got('Red');
    assert.equal(message?.extendedTextMessage?.contextInfo?.stanzaId, question?.key.id);
    await bubble(key.id).locator('.quote').getByText('Red or blue?').waitFor();
    const reactions: unknown[] = [];
    bot.sock().ev.on('messages.reaction', (all) => reactions.push(...all));
    await menuOf(question?.key.id, 'React with 👍');
    await until('the reaction', () => JSON.stringify(reactions).includes('👍'));
    await bubble(question?.key.id).locator('.reactions').getByText('👍').waitFor();
    await menuOf(key.id, 'Edit');
    await type('Dark red');
    await bubble(key.id).getByText('Dark red').waitFor();
    await bubble(key.id).getByText('edited').waitFor();
    const poll = await sent({ poll: { name: 'How?', values: ['Mail', 'Fetch'], selectableCount: 1 } });
    await bubble(poll?.key.id).getByRole('button', { name: 'Mail' }).click();
    await bubble(poll?.key.id).locator('[aria-pressed="true"]', { hasText: 'Mail' }).waitFor();
    await menuOf(key.id, 'Delete for everyone');
    await bubble(key.id).getByText('This message was deleted').waitFor();
    await until('the bot sees it deleted', () =>
      bot.upserts.some(({ message: { message: content } }) => {
        const change = normalizeMessageContent(content)?.protocolMessage;
        return change?.key?.id === key.id;
      }),
    );
  });

  it('sends a picture a person picks', async () => {
    const picture = await makeJpeg(320, 200);
    await page.getByRole('button', { name: 'Attach' }).click();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('menuitem', { name: 'Photo or video' }).click(),
    ]);
    await chooser.setFiles({ name: 'mine.jpg', mimeType: 'image/jpeg', buffer: picture });
    await dialog().getByRole('img', { name: 'mine.jpg' }).waitFor();
    await page.getByLabel('Caption').fill('mine');
    await dialog().getByRole('button', { name: 'Send' }).click();
    const { message } = await until('the picture', () =>
      bot.upserts.find(({ message: each }) => each.message?.imageMessage?.caption === 'mine'),
    );
    assert.deepEqual(await download(message, test.sandbox.ca), picture);
    await bubble(message.key.id).getByRole('img', { name: 'mine' }).waitFor();
  });

  it('takes hostile texts, names and files for what they are', async () => {
    const text = await sent({ text: HOSTILE });
    await bubble(text?.key.id).getByText(HOSTILE).waitFor();
    await test.control.makePhone('4916200000003', { name: HOSTILE.slice(0, 90) });
    await page.locator(`#rail [title*="4916200000003"]`).waitFor();
    const html = Buffer.from('<script>opener.document.title=3</script>');
    const file = await sent({ document: html, mimetype: 'text/html', fileName: 'a.html' });
    const answer = await page.request.get(
      `${test.sandbox.controlUrl}/phones/${ANNA}/messages/${file?.key.id}/media`,
    );
    assert.match(answer.headers()['content-security-policy'] ?? '', /^sandbox/);
    assert.equal(await page.title(), 'Sandbox');
    assert.equal(await page.locator('.text img, .text script, .name img').count(), 0);
  });

  it('shows the frames as they go, and finds some of them', async () => {
    const log = page.getByRole('complementary', { name: 'Frames' });
    await log.getByRole('combobox').selectOption('message');
    const text = await sent({ text: 'on the wire' });
    const line = log.locator('li', { hasText: text?.key.id ?? '' });
    await line.filter({ hasText: '<message' }).first().waitFor();
    await log.getByRole('searchbox').fill(`${text?.key.id} type="text"`);
    await until('the filter', async () => (await log.locator('li').count()) === (await line.count()));
    await log.getByRole('searchbox').fill('no such frame');
    await log.getByText('Nothing like it').waitFor();
    await page.keyboard.press('Alt+l');
    await log.waitFor({ state: 'hidden' });
    await page.keyboard.press('Alt+l');
  });

  it('is used by the keyboard alone', async () => {
    await page.locator('#chats').getByRole('searchbox').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.type('by keys');
    await page.keyboard.press('Enter');
    const { key } = await got('by keys');
    await bubble(key.id).waitFor();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('by keys only');
    await page.keyboard.press('Enter');
    await bubble(key.id).getByText('by keys only').waitFor();
    await bubble(key.id).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter'); // the first thing of the menu: 👍
    await bubble(key.id).locator('.reactions').getByText('👍').waitFor();
  });

  it('links a client that is waiting, picked from a list', async () => {
    let wanted: string | undefined;
    const second = openBaileys(test.sandbox, { onQr: (qr) => (wanted ??= qr) });
    const qr = await until('a QR', () => wanted);
    await test.control.handInQr(qr, 'Second bot');
    await page.locator('#rail').getByRole('button', { name: 'Shop' }).click();
    await page.getByRole('button', { name: 'Linked devices: scan' }).click();
    const row = dialog().locator('li', { hasText: 'Second bot' });
    await row.getByRole('button', { name: 'Scan' }).click();
    await until('the first sync', () => second.auth.creds.accountSyncCounter > 0);
    await second.close();
  });
});

describe('the page on a busy day', { skip: withoutBrowser() }, () => {
  it('looks as in the documentation', async () => {
    const test = await openSandbox({ seed: 'scene' });
    const opened = await openPage(`${test.sandbox.controlUrl}/`);
    const scene = await playScene(test);
    const { page } = opened;
    await page.goto(`${test.sandbox.controlUrl}/#${PEOPLE.anna}/${PEOPLE.shop}`);
    await page.locator('.kind-poll').waitFor();
    await scene.later();
    await page.locator('.area header').getByText('typing…').waitFor();
    await page.locator('#chats .unread', { hasText: '2' }).waitFor();
    await page.locator('.reactions').getByText('😍').waitFor();
    assert.equal(await page.locator('.entry.own .ticks[data-status="read"]').count(), 3);
    const picture = page.getByRole('img', { name: 'The Rossa' });
    assert.equal(await picture.evaluate((image) => Reflect.get(image, 'naturalWidth')), 960);
    if (process.env.SCREENSHOT) {
      const path = fileURLToPath(new URL('../../../docs/images/sandbox.png', import.meta.url));
      await page.screenshot({ path });
    }
    assert.deepEqual(opened.complaints, []);
    await opened.close();
    await test.close();
  });
});
