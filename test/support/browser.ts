import { existsSync, mkdirSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Where there is no Chromium the end to end tests are skipped, and `npm test` says so by name. */
export const browserIsThere = existsSync(path);

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });

/** Keeps a picture of the page among the results of the run. */
export const screenshot = async (page: Page, name: string): Promise<void> => {
  mkdirSync('test-results/screens', { recursive: true });
  await page.screenshot({ path: `test-results/screens/${name}.png` });
};

/** A page of its own session, signed in under this name, with a conversation open. */
export const signIn = async (browser: Browser, url: string, name: string): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByTestId('sign-in-name').fill(name);
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('new-conversation').first().waitFor();
  return page;
};

export const startConversation = async (page: Page): Promise<void> => {
  await page.getByTestId('new-conversation').first().click();
  await page.getByTestId('composer-text').waitFor();
};

/** Asks for a picture with the page's own settings and resolves with its card. */
export const askForPicture = async (page: Page, prompt: string): Promise<Locator> => {
  const cards = page.getByTestId('image-card');
  const before = await cards.count();
  await page.getByTestId('composer-text').fill(prompt);
  await page.getByTestId('composer-send').click();
  const card = cards.nth(before);
  await card.waitFor();
  const jobId = await card.getAttribute('data-job-id');
  return page.locator(`[data-testid="image-card"][data-job-id="${jobId}"]`);
};

/** Resolves once the card has one of these states; the page's own words are in the error if it never does. */
export const cardIs = async (card: Locator, ...statuses: readonly string[]): Promise<void> => {
  const page = card.page();
  const jobId = await card.getAttribute('data-job-id');
  await page.waitForFunction(
    ({ id, wanted }) => {
      const found = document.querySelector(`[data-testid="image-card"][data-job-id="${id}"]`);
      return wanted.includes(found?.getAttribute('data-status') ?? '');
    },
    { id: jobId, wanted: [...statuses] },
    { timeout: 60_000 },
  );
};

/** The place in the queue that a card shows; null where it shows none. */
export const shownPlace = async (card: Locator): Promise<number | null> => {
  const place = card.getByTestId('queue-place');
  if ((await place.count()) === 0) return null;
  const digits = /\d+/.exec((await place.getAttribute('data-place')) ?? (await place.textContent()) ?? '');
  return digits === null ? null : Number(digits[0]);
};
