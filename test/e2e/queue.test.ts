import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import {
  askForPicture,
  barriers,
  browserIsThere,
  cardIs,
  cardIsAt,
  patient,
  screenshot,
  startConversation,
  useBrowser,
} from '../support/browser.ts';
import { httpCaller } from '../support/httpCalls.ts';

const sideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

describe.skipIf(!browserIsThere)('an operator, and people whose pictures wait', () => {
  const { signIn, url } = useBrowser({
    ...{ BREAKER_FAILURES: '3', BREAKER_RESET_MS: '600000', JOB_ATTEMPTS: '2' },
    ...{ MAX_WAITING_JOBS_PER_USER: '60', MAX_QUEUE_LENGTH: '103' },
  });

  /** Asks for so many pictures at once, without a page. */
  const askFor = async (name: string, count: number): Promise<void> => {
    const person = await httpCaller(url()).signIn(['user'], name);
    const conversation = await person.startConversation();
    const asking = Array.from({ length: count }, (_, n) =>
      person.post(conversation, { text: `boat ${n + 1} of ${name}`, image: {} }),
    );
    await Promise.all(asking);
  };
  /** What the page says of a picture that is not let into the queue; its message stays, to be sent again. */
  const refusalOf = async (page: Page, picture: string): Promise<string> => {
    await startConversation(page);
    await page.getByTestId('composer-text').fill('a castle by the sea');
    await page.getByTestId('composer-send').click();
    const notice = page.getByTestId('message-pending').getByRole('alert');
    await notice.getByRole('button', { name: 'Send again' }).waitFor();
    expect(await barriers(page)).toEqual([]);
    await screenshot(page, picture);
    return (await notice.textContent()) ?? '';
  };

  it('sees the whole queue, moves a picture forward, cancels one, and pauses it for all', async () => {
    const ada = await signIn('Ada');
    await startConversation(ada);
    const first = await askForPicture(ada, 'a harbour in the fog');
    await cardIs(first, 'completed');
    const running = await askForPicture(ada, 'a hill [silent]');
    await cardIs(running, 'running');
    const boat = await askForPicture(ada, 'a boat');
    const castle = await askForPicture(ada, 'a castle by the sea at night');
    await cardIsAt(boat, 1);
    await cardIsAt(castle, 2);
    await expect.poll(() => castle.getByTestId('queue-place').textContent(), patient).toMatch(/second|about/);
    await screenshot(ada, 'waiting-estimate');

    const olga = await signIn('Olga', { roles: ['operator'], colorScheme: 'dark' });
    await olga.getByTestId('queue-link').click();
    const rows = olga.locator('[data-testid="queue-row"][data-status="queued"]');
    await expect.poll(() => rows.count(), patient).toBe(2);
    await rows.nth(1).getByRole('button', { name: 'Raise the priority: sooner' }).click();
    await cardIsAt(castle, 1);
    await expect.poll(() => rows.first().textContent(), patient).toContain('castle');
    expect(await barriers(olga)).toEqual([]);
    await screenshot(olga, 'queue-operator-dark');
    await olga.setViewportSize({ width: 360, height: 740 });
    expect(await sideways(olga)).toBe(false);
    await screenshot(olga, 'queue-operator-phone');
    await rows.nth(1).getByTestId('queue-row-cancel').click();
    await cardIs(boat, 'cancelled');

    await olga.getByTestId('queue-page-switch').click();
    await expect.poll(() => ada.getByTestId('queue-paused').textContent(), patient).toMatch(/By Olga, at/);
    expect(await barriers(ada)).toEqual([]);
    await screenshot(ada, 'paused');
    await ada.setViewportSize({ width: 360, height: 740 });
    expect(await sideways(ada)).toBe(false);
    await screenshot(ada, 'paused-phone');
    await olga.getByTestId('queue-page-switch').click();
    await ada.getByTestId('queue-paused').waitFor({ state: 'detached' });
  });

  it('is told why an attempt was over, that the engine rests, and that nothing needs to be done', async () => {
    const ada = await signIn('Ada');
    await startConversation(ada);
    const failing = await askForPicture(ada, 'a tower [fail:timeout]');
    await failing.getByTestId('earlier-attempts').waitFor();
    await screenshot(ada, 'attempt-over');
    await cardIs(failing, 'failed');
    await screenshot(ada, 'failed');
    const waiting = await askForPicture(ada, 'a bridge [fail:timeout]');
    await cardIsAt(waiting, 1);
    const banner = ada.getByTestId('engine-resting');
    await banner.waitFor();
    expect(await banner.textContent()).toMatch(/failed 3 times in a row.*tried again with one picture in/s);
    expect(await barriers(ada)).toEqual([]);
    await screenshot(ada, 'engine-rests');
  });

  it('turns the pages of a long queue, and people are told when no more of their pictures, or of anybody’s, may wait', async () => {
    const olga = await signIn('Olga', { roles: ['operator'] });
    await olga.getByTestId('queue-link').click();
    await olga.getByTestId('queue-page-switch').click();
    await olga.getByTestId('queue-paused').waitFor();
    await askFor('Ada', 60);
    const pages = olga.getByTestId('queue-pages');
    const waiting = olga.getByRole('region', { name: 'Waiting' });
    await expect.poll(() => waiting.getByRole('heading').textContent(), patient).toBe('Waiting 60');
    expect(await pages.count()).toBe(0);
    expect(await refusalOf(await signIn('Ada'), 'quota-exceeded')).toContain('waiting');

    await askFor('Ben', 43);
    await expect.poll(() => pages.getByRole('status').textContent(), patient).toBe('1 to 100 of 103');
    expect(await refusalOf(await signIn('Cleo'), 'queue-full')).toContain('full');
    await pages.getByRole('button', { name: 'Next' }).click();
    await expect.poll(() => pages.getByRole('status').textContent(), patient).toBe('101 to 103 of 103');
    const rows = waiting.getByTestId('queue-row-place');
    expect(await rows.allTextContents()).toEqual(['Place 101', 'Place 102', 'Place 103']);
    expect(await pages.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await expect.poll(() => olga.locator('.engine-health').getAttribute('data-well'), patient).toBe('true');
    expect(await barriers(olga)).toEqual([]);
    await screenshot(olga, 'queue-last-page');
    await pages.getByRole('button', { name: 'Previous' }).click();
    await expect.poll(() => pages.getByRole('status').textContent(), patient).toBe('1 to 100 of 103');
  });
});
