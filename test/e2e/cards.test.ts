import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type FailureCode, failureCodes, failures } from '../../src/events/failures.ts';
import {
  askForPicture,
  barriers,
  browserIsThere,
  cardIs,
  patient,
  picturesOf,
  screenshot,
  settled,
  startConversation,
  useBrowser,
} from '../support/browser.ts';
import { contactSheet } from '../support/contactSheet.ts';

/** What cards are like is to be seen, not how long the engine draws. */
const small = { width: '64', height: '64', steps: '2' };
const chooseOptions = async (page: Page, options: Readonly<Record<string, string>>): Promise<void> => {
  await page.getByTestId('composer-options').click();
  for (const [name, value] of Object.entries(options)) await page.getByTestId(`option-${name}`).fill(value);
};

/** The other two are told before a picture is in the queue; from an engine they mean: later, and the job waits. */
const toldOfDrawings = failureCodes.filter((code) => code !== 'quota_exceeded' && code !== 'queue_full');

describe.skipIf(!browserIsThere)('the card of a picture', () => {
  const { signIn } = useBrowser({ JOB_ATTEMPTS: '1', SKETCH_STEP_MS: '0', WORKERS: '2' });

  it('says of each way in which a drawing fails what happened, what to do, under which reference, and lets it be tried again where that can help', async () => {
    const page = await signIn('Ada', { viewport: { width: 900, height: 800 } });
    await startConversation(page);
    await chooseOptions(page, small);
    const cards = new Map<FailureCode, Locator>();
    for (const code of toldOfDrawings)
      cards.set(code, await askForPicture(page, `a lighthouse [fail:${code}]`));
    for (const [code, card] of cards) {
      await cardIs(card, 'failed');
      const { title, whatHappened, whatToDo, retryable } = failures[code];
      const told = card.getByTestId('job-error');
      const words = (await told.textContent()) ?? '';
      for (const expected of [title, whatHappened, whatToDo]) expect(words).toContain(expected);
      expect(await told.locator('code').textContent()).toMatch(/^[0-9a-f-]{36}$/);
      if (retryable) await card.getByTestId('job-retry').waitFor();
    }
    expect(await barriers(page)).toEqual([]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      const pictures = [];
      for (const card of cards.values()) pictures.push(await card.screenshot());
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await contactSheet(`failures-${colorScheme}`, pictures, { columns: 3, background });
    }
  });

  it('shows eight pictures of one request as a grid, each in its own room, and each closely', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    await chooseOptions(page, { ...small, count: '8' });
    const card = await askForPicture(page, 'a small boat');
    await cardIs(card, 'completed');
    const grid = card.getByTestId('job-picture');
    await expect.poll(() => grid.count(), patient).toBe(8);
    const pictures = await picturesOf(card);
    expect(new Set(pictures).size).toBe(8);
    const rooms = await grid.evaluateAll((images) =>
      images.map((image) => {
        const { left, top } = image.getBoundingClientRect();
        const decoded = image instanceof HTMLImageElement ? image.naturalWidth : 0;
        return { left: Math.round(left), top: Math.round(top), decoded };
      }),
    );
    expect(rooms.map(({ decoded }) => decoded)).toEqual(Array(8).fill(64));
    expect(new Set(rooms.map(({ left }) => left)).size).toBe(4);
    expect(new Set(rooms.map(({ top }) => top)).size).toBe(2);
    await screenshot(page, 'eight-pictures');
    await card.getByRole('button', { name: 'Look at it closely: a small boat (3 of 8)' }).click();
    const lightbox = page.getByTestId('lightbox');
    await expect.poll(() => lightbox.locator('.lightbox-count').textContent(), patient).toBe('3 / 8');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => lightbox.locator('.lightbox-count').textContent(), patient).toBe('4 / 8');
  });
});
