import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  launchBrowser,
  screenshot,
  signIn,
  startConversation,
} from '../support/browser.ts';
import { openRoughLine, type RoughLine } from '../support/roughLine.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { firstUntrue, type ShownJobs, trueJobs, watchJobs } from '../support/shownJobs.ts';

const patient = { timeout: 60_000, interval: 100 };

/** A busy machine draws the pictures of these tests slowly. */
const patiently = { timeout: 300_000 };

describe.skipIf(!browserIsThere)('a page whose connection breaks', patiently, () => {
  let browser: Browser;
  let folder: string;
  let server: ServerProcess;
  let line: RoughLine;
  const settings = { WORKERS: '1', SKETCH_STEP_MS: '500', LEASE_MS: '3000', SWEEP_CRON: '* * * * * *' };
  const start = async (more: Readonly<Record<string, string>> = {}) => {
    server = await startServer({ DATA_DIR: folder, ...settings, ...more });
  };

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-offline-'));
    await start();
    line = await openRoughLine(() => Number(new URL(server.url).port));
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await line.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const connectionIs = (page: Page, state: string) =>
    page
      .locator(`[data-testid="connection-state"][data-state="${state}"]`)
      .waitFor({ state: 'attached', timeout: 60_000 });
  /** It says so in words, and not only by a dot. */
  const saysThatItReconnects = async (page: Page) => {
    await connectionIs(page, 'reconnecting');
    await page.getByText('The connection was lost. Reconnecting').waitFor();
  };

  const write = async (page: Page, ...texts: readonly string[]) => {
    await page.getByTestId('composer-ask').setChecked(false, { force: true });
    for (const text of texts) {
      await page.getByTestId('composer-text').fill(text);
      await page.getByTestId('composer-send').click();
    }
    await page.getByTestId('composer-ask').setChecked(true, { force: true });
  };
  const messages = (page: Page) => page.locator('[data-testid="message"] .message-text').allTextContents();

  /** Nothing that was shown was untrue or older than what was shown before. */
  const showedTheTruth = async (shown: ShownJobs) => {
    const truth = await trueJobs(folder);
    expect(shown.size).toBeGreaterThan(0);
    for (const [jobId, texts] of shown) {
      expect(firstUntrue(texts, truth.get(jobId) ?? [])).toBeNull();
      expect(texts.length).toBeGreaterThan(1);
    }
  };

  const words = (page: Page) => page.locator('#root').textContent();
  /** A tab that is opened now says the same, word for word. */
  const isAsOpenedAnew = async (page: Page) => {
    const fresh = await page.context().newPage();
    await fresh.goto(page.url());
    await fresh.getByTestId('message').first().waitFor();
    await vi.waitFor(async () => expect(await words(page)).toBe(await words(fresh)), patient);
    await fresh.close();
  };

  it('is offline for 30 seconds in the middle of a picture, and ends as if it never had been', async () => {
    const page = await signIn(browser, line.url, 'Ada');
    const shown = await watchJobs(page);
    await startConversation(page);
    const first = await askForPicture(page, 'a lighthouse on a cliff in a storm');
    const second = await askForPicture(page, 'misty mountains over a lake at sunset');
    const third = await askForPicture(page, 'a winter forest');
    await cardIs(first, 'running');
    await first.getByText(/Step [3-9] of/).waitFor({ timeout: 60_000 });
    const network = await page.context().newCDPSession(page);
    const offline = (isOffline: boolean) =>
      network.send('Network.emulateNetworkConditions', {
        ...{ offline: isOffline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
      });
    await network.send('Network.enable');
    await offline(true);
    await saysThatItReconnects(page);
    await write(page, 'written offline', 'and this after it');
    await expect.poll(() => page.getByTestId('message-pending').count()).toBe(2);
    await screenshot(page, 'offline');
    await page.waitForTimeout(30_000);
    await offline(false);
    await connectionIs(page, 'connected');
    await cardIs(second, 'running', 'completed');
    await cardIs(third, 'queued', 'running', 'completed');
    await vi.waitFor(async () => {
      const texts = await messages(page);
      expect(texts.filter((text) => text === 'written offline')).toHaveLength(1);
      expect(texts.indexOf('and this after it')).toBe(texts.indexOf('written offline') + 1);
    }, patient);
    expect(await page.getByTestId('message-pending').count()).toBe(0);
    for (const card of [first, second, third]) await cardIs(card, 'completed');
    await showedTheTruth(shown);
    await isAsOpenedAnew(page);
  });

  it('is reloaded again and again while a picture is drawn, with its line cut in between', async () => {
    const page = await signIn(browser, line.url, 'Ada');
    const shown = await watchJobs(page);
    await startConversation(page);
    const card = await askForPicture(page, 'aurora over a frozen fjord');
    for (const step of [2, 6, 10]) {
      await card
        .getByText(new RegExp(`Step (${step}|${step + 1}|${step + 2}|${step + 3}) of`))
        .waitFor(patient);
      if (step === 6) {
        line.down();
        await connectionIs(page, 'reconnecting');
        line.mend();
      }
      await page.reload();
      await card.waitFor();
    }
    await cardIs(card, 'completed');
    await showedTheTruth(shown);
    await isAsOpenedAnew(page);
  });

  it('has a second tab, and both tell the same though each is cut off at another time', async () => {
    const page = await signIn(browser, line.url, 'Ada');
    const shown = await watchJobs(page);
    await startConversation(page);
    const card = await askForPicture(page, 'a red fox in a snowy forest at dawn');
    await cardIs(card, 'running');
    const tab = await page.context().newPage();
    await tab.goto(page.url());
    await tab.getByTestId('message').first().waitFor();
    const shownThere = await watchJobs(tab);
    line.down();
    await Promise.all([saysThatItReconnects(page), connectionIs(tab, 'reconnecting')]);
    await write(page, 'from the first tab');
    await write(tab, 'from the second tab');
    line.mend();
    for (const each of [page, tab])
      await vi.waitFor(async () => {
        const texts = await messages(each);
        for (const text of ['from the first tab', 'from the second tab'])
          expect(texts.filter((other) => other === text)).toHaveLength(1);
      }, patient);
    await cardIs(card, 'completed');
    await vi.waitFor(async () => expect(await words(page)).toBe(await words(tab)), patient);
    await showedTheTruth(shown);
    await showedTheTruth(shownThere);
    await isAsOpenedAnew(tab);
  });

  it('goes on when the server is killed and comes back, with what was written meanwhile', async () => {
    const page = await signIn(browser, line.url, 'Ada');
    const shown = await watchJobs(page);
    await startConversation(page);
    const card = await askForPicture(page, 'sailing boat on a calm sea at golden hour');
    await card.getByText(/Step [2-9] of/).waitFor({ timeout: 60_000 });
    const { port } = new URL(server.url);
    await server.kill();
    await saysThatItReconnects(page);
    await write(page, 'while it was away');
    await start({ PORT: port });
    await connectionIs(page, 'connected');
    await cardIs(card, 'completed');
    await vi.waitFor(async () => {
      expect((await messages(page)).filter((text) => text === 'while it was away')).toHaveLength(1);
    }, patient);
    await showedTheTruth(shown);
    await isAsOpenedAnew(page);
  });

  it('sends what was written offline once, though it is closed and opened again before', async () => {
    const page = await signIn(browser, line.url, 'Ada');
    await startConversation(page);
    await write(page, 'already there');
    await expect.poll(() => messages(page), patient).toEqual(['already there']);
    await page
      .context()
      .route('**/api/v1/conversations/*/messages', (route) =>
        route.request().method() === 'POST' ? route.abort() : route.continue(),
      );
    await write(page, 'written offline', 'and this after it');
    await expect.poll(() => page.getByTestId('message-pending').count(), patient).toBe(2);
    const address = page.url();
    const context = page.context();
    await page.close();
    await context.unrouteAll();
    const again = await context.newPage();
    await again.goto(address);
    const all = ['already there', 'written offline', 'and this after it'];
    await expect.poll(() => messages(again), patient).toEqual(all);
    await expect.poll(() => again.getByTestId('message-pending').count(), patient).toBe(0);
    await isAsOpenedAnew(again);
  });
});
