import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  cardIsAt,
  cardOf,
  patient,
  picturesOf,
  screenshot,
  startConversation,
  useBrowser,
} from '../support/browser.ts';

describe.skipIf(!browserIsThere)('people in conversations', () => {
  const { signIn, openPage } = useBrowser();

  /** Everything that the server pushes to this page. */
  const framesOf = (page: Page): readonly string[] => {
    const frames: string[] = [];
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => frames.push(payload.toString())),
    );
    return frames;
  };

  const idOf = async (page: Page): Promise<string> => {
    await page.getByTestId('profile').click();
    const id = await page.getByTestId('own-id').textContent();
    await page.keyboard.press('Escape');
    return id ?? '';
  };

  it('lets who is added watch the pictures there, and shows them nothing of other conversations', async () => {
    const ada = await signIn('Ada');
    const bob = await signIn('Bob');
    const frames = framesOf(bob);
    await bob.reload();
    const bobId = await idOf(bob);
    await startConversation(ada);
    const secret = await askForPicture(ada, 'a secret garden [silent]');
    await cardIs(secret, 'running');
    await startConversation(ada);
    await ada.getByTestId('people').click();
    await ada.getByTestId('add-participant-id').fill(bobId);
    await ada.getByTestId('add-participant-submit').click();
    await bob.getByTestId('conversation-item').click();
    await ada.keyboard.press('Escape');
    const adas = await askForPicture(ada, 'a shared lighthouse at dusk');
    const bobs = cardOf(bob, await adas.getAttribute('data-job-id'));
    await bobs.waitFor();
    await cardIsAt(bobs, 1);
    expect(await bobs.getByTestId('job-cancel').count()).toBe(0);
    await ada.getByTestId('conversation-item').getByText('a secret garden').click();
    await secret.getByTestId('job-cancel').click();
    await bobs.getByTestId('job-preview').waitFor();
    await screenshot(bob, 'somebody-elses');
    await cardIs(bobs, 'completed');
    await picturesOf(bobs);
    expect(frames.some((frame) => frame.includes('a shared lighthouse'))).toBe(true);
    expect(frames.filter((frame) => frame.includes('secret garden'))).toEqual([]);
    expect(await bob.locator('body').textContent()).not.toContain('secret garden');
  });

  it('takes the conversation away from who is removed', async () => {
    const ada = await signIn('Ada');
    const bob = await signIn('Bob');
    const bobId = await idOf(bob);
    await startConversation(ada);
    await ada.getByTestId('people').click();
    await ada.getByTestId('add-participant-id').fill(bobId);
    await ada.getByTestId('add-participant-submit').click();
    await bob.getByTestId('conversation-item').click();
    await bob.getByTestId('composer-text').waitFor();
    await ada.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await bob.getByText('You are no longer in this conversation').waitFor();
    expect(await bob.getByTestId('conversation-item').count()).toBe(0);
    await screenshot(bob, 'removed');
  });

  it('keeps every change of metadata that several tabs make at once', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    await cardIs(await askForPicture(page, 'abstract in gold and violet'), 'running', 'completed');
    const openAgain = async () => {
      const tab = await page.context().newPage();
      await tab.goto(page.url());
      await tab.getByTestId('message').waitFor();
      return tab;
    };
    const other = await openAgain();
    const third = await openAgain();
    const tag = async (tab: Page, name: string) => {
      // As a person does: what can be done with a favourite is shown where the pointer is.
      await tab.getByTestId('message').hover();
      await tab.getByTestId('add-tag').click();
      await tab.getByTestId('tag-input').fill(name);
      await tab.getByTestId('tag-input').press('Enter');
    };
    await Promise.all([tag(page, 'golden'), tag(other, 'violet'), third.getByTestId('favourite').click()]);
    for (const tab of [page, other, third])
      await vi.waitFor(async () => {
        expect(await tab.getByTestId('tag').allTextContents()).toEqual(['golden', 'violet']);
        expect(await tab.getByTestId('favourite').getAttribute('aria-pressed')).toBe('true');
      }, patient);
  });

  it('names, renames and archives a conversation', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    await askForPicture(page, 'a quiet forest path');
    const title = page.getByRole('heading', { level: 1 });
    await title.getByText('a quiet forest path').waitFor();
    const choose = async (item: string) => {
      await page.getByRole('button', { name: 'What to do with this conversation' }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await choose('Rename');
    await page.getByTestId('title-input').fill('Paths');
    await page.keyboard.press('Enter');
    await title.getByText('Paths').waitFor();
    await page.getByTestId('conversation-item').getByText('Paths').waitFor();
    await choose('Archive');
    await page.getByText('This conversation is archived.').waitFor();
    expect(await page.getByTestId('composer-text').count()).toBe(0);
    await screenshot(page, 'archived');
  });

  it('edits a message, and removes one with its picture', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const card = await askForPicture(page, 'a boat [silent]');
    await cardIs(card, 'running');
    await page.getByTestId('edit-message').click();
    await page.getByTestId('edit-text').fill('a boat, as it was meant');
    await page.getByTestId('edit-save').click();
    await page.getByText('a boat, as it was meant').waitFor();
    await page.getByTestId('remove-message').click();
    await page.getByTestId('confirm-remove').click();
    await page.getByText('This message was removed.').waitFor();
    expect(await card.count()).toBe(0);
    await page.getByTestId('cancel-all').waitFor({ state: 'detached' });
  });

  it('says at each field what is wrong with it, and sends nothing', async () => {
    const visitor = await openPage();
    await visitor.getByTestId('sign-in-submit').click();
    await visitor.getByText('Tell us what to call you.').waitFor();
    const page = await signIn('Ada');
    await startConversation(page);
    await page.getByTestId('composer-options').click();
    await page.getByTestId('option-width').fill('63');
    await page.getByTestId('option-seed').fill('-1');
    await page.getByTestId('option-priority').fill('5');
    await page.getByTestId('composer-text').fill('a harbour');
    await page.getByTestId('composer-send').click();
    await page.getByText('The width must be at least 64').waitFor();
    await page.getByText('must be at least 0').waitFor();
    await page.getByText('above 0 is for operators only').waitFor();
    await screenshot(page, 'validation');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('option-width');
    expect(await page.getByTestId('message').count()).toBe(0);
    expect(await page.getByTestId('composer-text').inputValue()).toBe('a harbour');
  });
});
