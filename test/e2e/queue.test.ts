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

const sideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

describe.skipIf(!browserIsThere)('an operator, and people whose pictures wait', () => {
  const { signIn } = useBrowser({ BREAKER_FAILURES: '3', BREAKER_RESET_MS: '600000', JOB_ATTEMPTS: '2' });

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
});
