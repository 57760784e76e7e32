import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  launchBrowser,
  screenshot,
  shownPlace,
  signIn,
  startConversation,
} from '../support/browser.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

const patient = { timeout: 30_000, interval: 50 };

describe.skipIf(!browserIsThere)('a person in a browser', () => {
  let browser: Browser;
  let folder: string;
  let server: ServerProcess;
  /** One picture at a time, slow enough to watch, and leases short enough to see them run out. */
  const settings = { WORKERS: '1', SKETCH_STEP_MS: '150', LEASE_MS: '2000', SWEEP_CRON: '* * * * * *' };

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-e2e-'));
    server = await startServer({ DATA_DIR: folder, ...settings });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for three pictures, sees their places move and gets all three', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    await screenshot(page, 'empty');
    const first = await askForPicture(page, 'a lighthouse on a cliff in a storm');
    await cardIs(first, 'running');
    const second = await askForPicture(page, 'misty mountains over a lake at sunset');
    const third = await askForPicture(page, 'city skyline at night in the rain');
    await cardIs(third, 'queued');
    await vi.waitFor(async () => expect(await shownPlace(second)).toBe(1), patient);
    await vi.waitFor(async () => expect(await shownPlace(third)).toBe(2), patient);
    await first.getByTestId('job-preview').waitFor();
    await screenshot(page, 'queue-of-three');
    await cardIs(second, 'running');
    await vi.waitFor(async () => expect(await shownPlace(third)).toBe(1), patient);
    await cardIs(third, 'completed');
    for (const card of [first, second, third]) {
      await cardIs(card, 'completed');
      const picture = card.getByTestId('job-picture').first();
      await picture.waitFor();
      const width = await picture.evaluate((element) => {
        const image = element instanceof HTMLImageElement ? element : element.querySelector('img');
        return image?.decode().then(() => image.naturalWidth);
      });
      expect(width).toBeGreaterThan(64);
    }
    await screenshot(page, 'done');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, 'dark');
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'phone');
  });

  it('reloads in the middle and finds place, steps and picture where they were', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    const first = await askForPicture(page, 'aurora over a frozen fjord');
    const second = await askForPicture(page, 'still life with oranges and a blue vase');
    await cardIs(first, 'running');
    await cardIs(second, 'queued');
    await vi.waitFor(async () => expect(await shownPlace(second)).toBe(1), patient);
    await page.reload();
    await cardIs(first, 'running', 'completed');
    await cardIs(second, 'queued', 'running', 'completed');
    await cardIs(first, 'completed');
    await cardIs(second, 'completed');
    await page.reload();
    await first.getByTestId('job-picture').first().waitFor();
    await second.getByTestId('job-picture').first().waitFor();
  });

  it('keeps everything when the server is killed in the middle and started again', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    const first = await askForPicture(page, 'sailing boat on a calm sea at golden hour');
    const second = await askForPicture(page, 'a red fox in a snowy forest at dawn');
    await cardIs(first, 'running');
    await cardIs(second, 'queued');
    const { port } = new URL(server.url);
    await server.kill();
    await page.locator('[data-testid="connection-state"][data-state="reconnecting"]').waitFor();
    await screenshot(page, 'reconnecting');
    server = await startServer({ DATA_DIR: folder, PORT: port, ...settings });
    await page
      .locator('[data-testid="connection-state"][data-state="connected"]')
      .waitFor({ state: 'attached' });
    await cardIs(first, 'completed');
    await cardIs(second, 'completed');
    await first.getByTestId('job-picture').first().waitFor();
    await second.getByTestId('job-picture').first().waitFor();
    expect(await page.getByTestId('message').count()).toBe(2);
  });

  it('changes metadata from several tabs at once and loses no change', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    const card = await askForPicture(page, 'abstract in gold and violet');
    await cardIs(card, 'running', 'completed');
    const openAgain = async () => {
      const tab = await page.context().newPage();
      await tab.goto(page.url());
      await tab.getByTestId('message').first().waitFor();
      return tab;
    };
    const other = await openAgain();
    const third = await openAgain();
    const tag = async (tab: typeof page, name: string) => {
      await tab.getByTestId('add-tag').first().click();
      const input = tab.getByTestId('tag-input').first();
      await input.fill(name);
      await input.press('Enter');
    };
    await Promise.all([
      tag(page, 'golden'),
      tag(other, 'violet'),
      third.getByTestId('favourite').first().click(),
    ]);
    for (const tab of [page, other, third]) {
      await vi.waitFor(async () => {
        const tags = (await tab.getByTestId('tag').allTextContents()).map((text) => text.trim());
        expect(tags.some((text) => text.includes('golden'))).toBe(true);
        expect(tags.some((text) => text.includes('violet'))).toBe(true);
        expect(await tab.getByTestId('favourite').first().getAttribute('aria-pressed')).toBe('true');
      }, patient);
    }
  });

  it('cancels a waiting picture, and the one behind it moves up', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    const running = await askForPicture(page, '[slow] a desert under the sun');
    await cardIs(running, 'running');
    const middle = await askForPicture(page, 'a vase of flowers');
    const last = await askForPicture(page, 'a winter forest');
    await vi.waitFor(async () => expect(await shownPlace(last)).toBe(2), patient);
    await middle.getByTestId('job-cancel').click();
    await cardIs(middle, 'cancelled');
    await vi.waitFor(async () => expect(await shownPlace(last)).toBe(1), patient);
    await running.getByTestId('job-cancel').click();
    await cardIs(running, 'cancelled');
    await cardIs(last, 'completed');
    await screenshot(page, 'cancelled');
  });

  it('reads on the error card what happened and what to do, and tries again', async () => {
    const page = await signIn(browser, server.url, 'Ada');
    await startConversation(page);
    const card = await askForPicture(page, 'a castle [fail:content_rejected]');
    await cardIs(card, 'failed');
    const error = card.getByTestId('job-error');
    await error.waitFor();
    expect(await error.textContent()).toContain('This prompt was refused');
    expect(await error.textContent()).toContain('Describe the picture in other words');
    await screenshot(page, 'error');
    const again = await askForPicture(page, 'a castle [fail:out_of_memory]');
    await cardIs(again, 'failed');
    await page.getByTestId('job-retry').first().click();
    await page.locator('[data-testid="image-card"][data-status="failed"]').nth(1).waitFor();
  });
});
