import { describe, expect, it } from 'vitest';
import {
  askForPicture,
  barriers,
  browserIsThere,
  cardIs,
  picturesOf,
  problemsOf,
  screenshot,
  startConversation,
  useBrowser,
} from '../support/browser.ts';

describe.skipIf(!browserIsThere)('a person who wants to know what happened', () => {
  const { signIn } = useBrowser({ SKETCH_STEP_MS: '20' });

  it('opens the history of a message, and of its picture alone, by keyboard, and reads who did what, what it changed, and where it came from', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const card = await askForPicture(page, 'a lighthouse on a cliff');
    await cardIs(card, 'completed');
    await picturesOf(card);
    const message = page.getByTestId('message');
    await message.hover();
    await page.getByTestId('edit-message').click();
    await page.getByTestId('edit-text').fill('a lighthouse in a storm');
    await page.keyboard.press('Enter');
    await message.getByText('a lighthouse in a storm').waitFor();

    await page.getByTestId('message-history').focus();
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'History' });
    const entries = drawer.getByTestId('history-entry');
    await entries.filter({ hasText: 'changed the text' }).waitFor();
    const types = await entries.evaluateAll((all) => all.map((each) => each.getAttribute('data-type')));
    expect(types).toEqual([
      'MessagePosted',
      'JobQueued',
      'JobStarted',
      'JobProgressed',
      'JobCompleted',
      'MessageEdited',
    ]);
    const edited = entries.last();
    await edited.locator('del').filter({ hasText: 'on a cliff' }).waitFor();
    await edited.locator('ins').filter({ hasText: 'in a storm' }).waitFor();
    await screenshot(page, 'history');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, 'history-dark');

    await drawer.getByRole('radio', { name: 'Picture' }).check();
    await expect.poll(() => entries.count()).toBe(5);
    await entries.first().getByText('Where it came from').click();
    await entries.first().getByText('Request', { exact: true }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'history-phone');
    const widest = await drawer.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(widest).toBe(0);

    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });

    await page.setViewportSize({ width: 1280, height: 800 });
    const opener = card.getByRole('button', { name: 'History of this picture' });
    await opener.focus();
    await page.keyboard.press('Enter');
    const ofPicture = page.getByRole('dialog', { name: 'History of this picture' });
    const steps = ofPicture.getByRole('list').getByTestId('history-entry');
    await expect.poll(() => steps.count()).toBe(5);
    expect(await steps.evaluateAll((all) => all.map((each) => each.getAttribute('data-type')))).toEqual(
      types.slice(0, 5),
    );
    await steps.nth(2).locator('ins').filter({ hasText: 'running' }).waitFor();
    await steps.nth(2).locator('del').filter({ hasText: 'queued' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await screenshot(page, 'history-job-dark');
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'history-job-phone');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await screenshot(page, 'history-job');
    await page.keyboard.press('Escape');
    await ofPicture.waitFor({ state: 'detached' });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(problemsOf(page).filter((problem) => !problem.includes('status of 410'))).toEqual([]);
  });
});
