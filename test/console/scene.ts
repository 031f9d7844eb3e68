import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { PhoneHandle } from '../../sandbox/client.ts';
import { openPage, type TestPage } from '../support/browser.ts';
import { type Service, startService } from '../support/service.ts';
import { waitFor } from '../support/wait.ts';
import { startWorld, type World } from '../support/world.ts';

export const SHOP = '4915100000001';
export const ANNA = '4915100000002';

/** A service, two phones, and its console in a browser. */
export type Scene = Readonly<{
  world: World;
  service: () => Service;
  /** Ends the service; `start` begins it anew at the same address. */
  stop: () => Promise<void>;
  start: (env?: Readonly<Record<string, string>>) => Promise<void>;
  shop: PhoneHandle;
  anna: PhoneHandle;
  page: Page;
  /** What a person would have seen red since this was asked last. */
  complaints: () => string[];
  button: (name: string) => Locator;
  dialog: () => Locator;
  bubble: (text: string) => Locator;
  /** Goes to another place of the console. */
  open: (hash: string) => Promise<void>;
  /** Shows or hides the tab, as the browser does it where another one is chosen. */
  setHidden: (hidden: boolean) => Promise<void>;
  /** Waits until the account `shop` has a message with this word. */
  untilKept: (word: string) => Promise<unknown>;
  /** A picture of the page as it is, where `SCREENSHOT` names a folder for them. */
  shoot: (name: string) => Promise<void>;
  /** Whether nothing hangs over the edge of a screen of 380 pixels. */
  isNarrowEnough: () => Promise<void>;
  close: () => Promise<void>;
}>;

/** How pages are reached from what is run in them. */
const helpersOf = ({ page, complaints }: TestPage) => {
  const shoot = async (name: string): Promise<void> => {
    if (process.env.SCREENSHOT) await page.screenshot({ path: `${process.env.SCREENSHOT}/${name}.png` });
  };
  return {
    page,
    complaints: () => complaints.splice(0),
    button: (name: string) => page.getByRole('button', { name, exact: true }),
    dialog: () => page.getByRole('dialog'),
    bubble: (text: string) => page.locator('.bubble').filter({ hasText: text }),
    open: (hash: string) =>
      page.evaluate((to) => void Reflect.set(Reflect.get(globalThis, 'location'), 'hash', to), hash),
    setHidden: (hidden: boolean) =>
      page.evaluate((value) => {
        const document = Reflect.get(globalThis, 'document');
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden),
    shoot,
    isNarrowEnough: async () => {
      await page.setViewportSize({ width: 380, height: 740 });
      const width = await page
        .locator('html')
        .evaluate((element) => Number(Reflect.get(element, 'scrollWidth')));
      assert.ok(width <= 380, `${page.url()} is ${width} wide`);
      await shoot(`narrow-${new URL(page.url()).hash.replaceAll(/[^a-z]+/g, '-').slice(0, 30)}`);
      await page.setViewportSize({ width: 1280, height: 800 });
    },
  };
};

/** Opens the console of a fresh service. */
export const openScene = async (): Promise<Scene> => {
  const world = await startWorld();
  let service = await startService(world.env);
  const { port } = new URL(service.url);
  const shop = await world.sandbox.makePhone(SHOP, { name: 'Shop' });
  const anna = await world.sandbox.makePhone(ANNA, { name: 'Anna' });
  const opened = await openPage(`${service.url}/console`);
  const kept = async (word: string): Promise<boolean> => {
    const { messages } = (await service.get(`/accounts/shop/messages?q=${word}`)).body;
    return Array.isArray(messages) && messages.length > 0;
  };
  return {
    ...{ world, shop, anna, ...helpersOf(opened) },
    service: () => service,
    stop: async () => void (await service.stop()),
    start: async (env = {}) => {
      service = await startService({ ...world.env, PORT: port, ...env });
    },
    untilKept: (word) => waitFor(() => kept(word), { what: word }),
    close: async () => {
      await opened.close();
      await service.stop();
      await world.close();
    },
  };
};
