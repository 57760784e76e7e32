import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  askForPicture,
  barriers,
  browserIsThere,
  cardIs,
  cardIsAt,
  picturesOf,
  screenshot,
  startConversation,
  useBrowser,
} from '../support/browser.ts';

const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('data-testid') ?? element?.getAttribute('aria-label') ?? null;
  });

describe.skipIf(!browserIsThere)('a person with a keyboard, a screen reader, a phone', () => {
  const { signIn, openPage } = useBrowser();

  for (const colorScheme of ['light', 'dark'] as const)
    it(`finds no barrier that axe knows of, in ${colorScheme} colours`, async () => {
      const door = await openPage({ colorScheme });
      await door.getByTestId('sign-in-name').waitFor();
      expect(await barriers(door)).toEqual([]);
      const page = await signIn('Ada', { colorScheme, roles: ['operator'] });
      expect(await barriers(page)).toEqual([]);
      await page.getByTestId('profile').click();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await startConversation(page);
      await cardIs(await askForPicture(page, 'a castle [fail:content_rejected]'), 'failed');
      const running = await askForPicture(page, 'a hill [silent]');
      await cardIs(running, 'running');
      const waiting = await askForPicture(page, 'a boat');
      await cardIsAt(waiting, 1);
      await page.getByTestId('composer-options').click();
      await page.getByTestId('option-steps').fill('999');
      await page.getByTestId('composer-text').fill('a town');
      await page.getByTestId('composer-send').click();
      expect(await barriers(page)).toEqual([]);
      await running.getByTestId('job-cancel').click();
      await cardIs(waiting, 'completed');
      await picturesOf(waiting);
      await waiting.getByText('Details').click();
      expect(await barriers(page)).toEqual([]);
      await waiting.getByRole('button', { name: 'Look at it closely: a boat' }).click();
      await page.getByTestId('lightbox').waitFor();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByTestId('message-history').last().focus();
      await page.keyboard.press('Enter');
      await page.getByTestId('history').getByText('Where it came from').first().click();
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByTestId('people').click();
      expect(await barriers(page)).toEqual([]);
    });

  it('asks for a picture, looks at it closely and comes back, by keyboard alone', async () => {
    const page = await signIn('Ada');
    await page.getByTestId('new-conversation').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('empty-conversation').waitFor();
    await expect.poll(() => focused(page)).toBe('composer-text');
    await page.keyboard.type('a small boat');
    await page.keyboard.press('Enter');
    const card = page.getByTestId('image-card');
    await card.waitFor();
    await cardIs(card, 'completed');
    await picturesOf(card);
    // Backwards from the composer: the message's own buttons, its card's, its picture.
    for (let steps = 0; (await focused(page)) !== 'Look at it closely: a small boat'; steps += 1) {
      expect(steps).toBeLessThan(12);
      await page.keyboard.press('Shift+Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByTestId('lightbox').waitFor();
    expect(await focused(page)).toBe('lightbox');
    await screenshot(page, 'closely');
    await page.keyboard.press('Escape');
    await page.getByTestId('lightbox').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('Look at it closely: a small boat');
  });

  it('sees all of it on the narrowest phone, also long words, and nothing sideways', async () => {
    const page = await signIn('Ada', { viewport: { width: 320, height: 640 } });
    await page.getByRole('button', { name: 'Show the conversations' }).click();
    await startConversation(page);
    await page.getByTestId('composer-options').click();
    await cardIs(
      await askForPicture(page, 'Landschaftsmalereiausstellung'.repeat(20)),
      'running',
      'completed',
    );
    const beyondTheEdge = await page.evaluate(() =>
      [...document.querySelectorAll('main button, main input, main textarea, .message-text')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map((element) => element.outerHTML),
    );
    expect(beyondTheEdge).toEqual([]);
    await screenshot(page, 'narrow');
  });

  it('sees a card stay where it is from waiting to picture', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const running = await askForPicture(page, 'a hill [silent]');
    await cardIs(running, 'running');
    const card = await askForPicture(page, 'a boat');
    await cardIsAt(card, 1);
    const waiting = await card.boundingBox();
    await running.getByTestId('job-cancel').click();
    await cardIs(card, 'running');
    const drawing = await card.boundingBox();
    await cardIs(card, 'completed');
    await picturesOf(card);
    const done = await card.boundingBox();
    expect([drawing?.height, done?.height]).toEqual([waiting?.height, waiting?.height]);
  });
});
