import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian puts it; `CHROMIUM` names another one. */
const PATH = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * Why a test that needs a browser is skipped: there is none on this machine. Where `CI` is set that is no excuse, and
 * the test fails on its way to open one.
 */
export const withoutBrowser = (): string | false => {
  if (existsSync(PATH) || process.env.CI) return false;
  const why = `NO BROWSER TESTED: ${PATH} is missing (install chromium, or say CHROMIUM=…)`;
  process.stderr.write(`${why}\n`);
  return why;
};

export interface TestPage {
  readonly page: Page;
  /** What a person would see red: errors in the console, exceptions, failed requests, requests to other hosts. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens a page of 1280×800 in a Chromium without a head; whatever is wrong with it is gathered. */
export const openPage = async (url: string, look: 'light' | 'dark' = 'light'): Promise<TestPage> => {
  if (!existsSync(PATH)) throw new Error(`${PATH} is missing: .ci/run installs it`);
  const browser: Browser = await chromium.launch({
    executablePath: PATH,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme: look,
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('request', (request) => {
    const to = request.url();
    if (!to.startsWith(`${origin}/`) && !to.startsWith(`blob:${origin}/`))
      complaints.push(`request to ${to}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => browser.close() };
};
