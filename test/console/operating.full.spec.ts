import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { withoutBrowser } from '../support/browser.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { waitFor } from '../support/wait.ts';
import { pair, statusOf } from '../support/world.ts';
import { startProxy } from './proxy.ts';
import { openScene, type Scene, SHOP } from './scene.ts';

const API_KEY = 'correct-horse-battery';

describe('the console, for who operates', { skip: withoutBrowser() }, () => {
  let receiver: Receiver;
  let scene: Scene;
  before(async () => {
    scene = await openScene();
    receiver = await startReceiver();
    await pair(scene.service(), 'shop', scene.shop);
    for (const text of ['One', 'Two', 'Three']) await scene.anna.send(SHOP, text);
    await scene.untilKept('Three');
  });
  after(async () => {
    await scene?.close();
    await receiver?.close();
  });
  afterEach(() => assert.deepEqual(scene.complaints(), []));

  it('follows the log, filtered, pauses and goes on without a gap', async () => {
    const { service, anna, page, button, open, setHidden, untilKept, shoot, isNarrowEnough } = scene;
    await open('#/events');
    const { events } = (await service().get('/events?types=message.received&limit=1')).body;
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
    await untilKept('Hello');
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
    await shoot('events');
    await isNarrowEnough();
  });

  it('goes on with the log where it stood when the service comes back', async () => {
    const { service, stop, start, anna, page } = scene;
    const before = await page.locator('.events > li').count();
    await stop();
    await page.getByText('connection lost').waitFor();
    await start();
    await page.locator('.pulse', { hasText: /^live$/ }).waitFor();
    await waitFor(async () => (await statusOf(service(), 'shop')) === 'connected', {
      what: 'the account again',
    });
    await anna.send(SHOP, 'Back again?');
    await waitFor(async () => (await page.locator('.events > li').count()) === before + 1, {
      what: 'one more',
    });
    scene.complaints();
  });

  it('registers a webhook, tests it, delivers once more, pauses it', async () => {
    const { anna, page, button, shoot, isNarrowEnough } = scene;
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
    await shoot('webhook');
    await isNarrowEnough();
    await button('Resume').click();
    await page.locator('.bar .badge', { hasText: 'active' }).waitFor();
  });

  it('shows the parts, rebuilds a view and verifies it', async () => {
    const { page, button, dialog, shoot, isNarrowEnough } = scene;
    await page.getByRole('link', { name: 'System' }).click();
    await page.locator('.part', { hasText: 'NATS' }).locator('.badge', { hasText: 'up' }).waitFor();
    await page
      .locator('.part', { hasText: 'Webhooks' })
      .locator('.badge', { hasText: 'delivering' })
      .waitFor();
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
    await shoot('system');
    await isNarrowEnough();
  });

  it('asks for the API key, keeps it for the tab alone, and works behind the path of a proxy', async () => {
    const { service, stop, start, page, button, open, shoot } = scene;
    await stop();
    await open('#/webhooks');
    await page.getByRole('alert').getByText('The service does not answer').waitFor();
    await start({ API_KEY, HOST: '127.0.0.1' });
    // it tried again by itself
    await page.getByRole('textbox', { name: 'API key' }).waitFor();
    const proxy = await startProxy(service().url, '/wa/');
    await page.goto(`${proxy.url}/wa/console/`);
    await page.getByRole('textbox', { name: 'API key' }).fill(`${API_KEY}x`);
    await button('Open').click();
    await page.getByRole('alert').getByText('API key missing or wrong').waitFor();
    await shoot('gate');
    await page.getByRole('textbox', { name: 'API key' }).fill(API_KEY);
    await button('Open').click();
    await page.getByRole('link', { name: 'shop' }).waitFor();
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
    scene.complaints();
  });
});
