import { describe, expect, it } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  picturesOf,
  problemsOf,
  screenshot,
  startConversation,
  useBrowser,
} from '../support/browser.ts';

describe.skipIf(!browserIsThere)('a person who wants to know what happened', () => {
  const { signIn } = useBrowser();

  it('opens the history of a message by keyboard, and reads who did what, what it changed, and where it came from', async () => {
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

    await drawer.getByRole('radio', { name: 'Picture' }).check();
    await expect.poll(() => entries.count()).toBe(5);
    await entries.first().getByText('Where it came from').click();
    await entries.first().getByText('Request', { exact: true }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'history-phone');
    const widest = await drawer.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(widest).toBe(0);

    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(problemsOf(page).filter((problem) => !problem.includes('status of 410'))).toEqual([]);
  });
});
