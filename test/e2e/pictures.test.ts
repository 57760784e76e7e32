import { describe, expect, it } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  cardIsAt,
  picturesOf,
  problemsOf,
  screenshot,
  startConversation,
  useBrowser,
  watchPlaces,
} from '../support/browser.ts';

/** A stage direction for the built-in engine: it keeps the only worker busy until it is told to stop. */
const endless = '[silent]';

describe.skipIf(!browserIsThere)('a person who asks for pictures', () => {
  const { signIn, killServer, startServerAgain } = useBrowser();

  it('sees three of them move up place by place, and gets all three without an error in the console', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    await screenshot(page, 'empty');
    const placesOf = await watchPlaces(page);
    const first = await askForPicture(page, 'a lighthouse on a cliff in a storm');
    await cardIs(first, 'running');
    const second = await askForPicture(page, 'misty mountains over a lake at sunset');
    const third = await askForPicture(page, 'city skyline at night in the rain');
    await cardIsAt(second, 1);
    await cardIsAt(third, 2);
    await first.getByTestId('job-preview').waitFor();
    await screenshot(page, 'queue-of-three');
    await cardIs(second, 'running');
    await cardIsAt(third, 1);
    for (const card of [first, second, third]) {
      await cardIs(card, 'completed');
      await picturesOf(card);
      const width = await card
        .getByTestId('job-picture')
        .evaluate((image) => (image instanceof HTMLImageElement ? image.naturalWidth : 0));
      expect(width).toBe(768);
    }
    expect(await placesOf(second)).toEqual([1]);
    expect(await placesOf(third)).toEqual([2, 1]);
    const belowTheEnd = (list: HTMLElement) => list.scrollHeight - list.scrollTop - list.clientHeight;
    expect(await page.getByRole('log').evaluate(belowTheEnd)).toBeLessThan(1);
    await screenshot(page, 'done');
    await page.emulateMedia({ colorScheme: 'dark' });
    await screenshot(page, 'dark');
    await page.setViewportSize({ width: 390, height: 844 });
    await screenshot(page, 'phone');
    // A preview may be gone when the browser asks for it: the picture is there then. It logs every such answer.
    expect(problemsOf(page).filter((problem) => !problem.includes('status of 410'))).toEqual([]);
  });

  it('goes back a place only when somebody of higher priority joins', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const placesOf = await watchPlaces(page);
    const running = await askForPicture(page, `a desert under the sun ${endless}`);
    await cardIs(running, 'running');
    const waiting = await askForPicture(page, 'a vase of flowers');
    await cardIsAt(waiting, 1);
    const operator = await signIn('Olga', { roles: ['operator'] });
    await startConversation(operator);
    await operator.getByTestId('composer-options').click();
    await operator.getByTestId('option-priority').fill('5');
    const urgent = await askForPicture(operator, 'an urgent portrait');
    await cardIsAt(waiting, 2);
    await cardIsAt(urgent, 1);
    await running.getByTestId('job-cancel').click();
    await cardIs(urgent, 'completed');
    await cardIs(waiting, 'completed');
    expect(await placesOf(waiting)).toEqual([1, 2, 1]);
  });

  it('reloads in the middle and finds place, steps and picture where they were', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const first = await askForPicture(page, `aurora over a frozen fjord ${endless}`);
    const second = await askForPicture(page, 'still life with oranges and a blue vase');
    const third = await askForPicture(page, 'a red fox in a snowy forest at dawn');
    await first.getByTestId('job-preview').waitFor();
    await cardIsAt(third, 2);
    const stepOf = async () =>
      Number(/Step (\d+) of 24/.exec((await first.getByTestId('job-step').textContent()) ?? '')?.[1]);
    const stepBefore = await stepOf();
    await page.reload();
    await cardIs(first, 'running');
    expect(await stepOf()).toBeGreaterThanOrEqual(stepBefore);
    await first.getByTestId('job-preview').waitFor();
    await cardIsAt(second, 1);
    await cardIsAt(third, 2);
    await first.getByTestId('job-cancel').click();
    await cardIs(third, 'completed');
    const pictures = [await picturesOf(second), await picturesOf(third)];
    await page.reload();
    await cardIs(first, 'cancelled');
    expect([await picturesOf(second), await picturesOf(third)]).toEqual(pictures);
  });

  it('keeps everything when the server is killed in the middle and started again', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const first = await askForPicture(page, 'sailing boat on a calm sea at golden hour');
    const second = await askForPicture(page, 'a red fox in a snowy forest at dawn');
    await cardIs(first, 'running');
    await cardIsAt(second, 1);
    await killServer();
    await page.locator('[data-testid="connection-state"][data-state="reconnecting"]').waitFor();
    await screenshot(page, 'reconnecting');
    await page.getByTestId('composer-text').fill('written while nobody listened');
    await page.getByTestId('composer-ask').uncheck({ force: true });
    await page.getByTestId('composer-send').click();
    await page.getByTestId('message-pending').waitFor();
    await startServerAgain();
    await page.locator('[data-testid="connection-state"][data-state="connected"]').waitFor();
    await cardIs(first, 'completed');
    await cardIs(second, 'completed');
    await picturesOf(first);
    await picturesOf(second);
    await page.getByTestId('message-pending').waitFor({ state: 'detached' });
    expect(await page.getByTestId('message').count()).toBe(3);
  });

  it('cancels a waiting one, and the one behind it moves up', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const placesOf = await watchPlaces(page);
    const running = await askForPicture(page, `a desert under the sun ${endless}`);
    await cardIs(running, 'running');
    const middle = await askForPicture(page, 'a vase of flowers');
    const last = await askForPicture(page, 'a winter forest');
    await cardIsAt(last, 2);
    await middle.getByTestId('job-cancel').click();
    await cardIs(middle, 'cancelled');
    await cardIsAt(last, 1);
    await cardIs(running, 'running');
    await running.getByTestId('job-cancel').click();
    await cardIs(running, 'cancelled');
    await cardIs(last, 'completed');
    expect(await placesOf(middle)).toEqual([1]);
    expect(await placesOf(last)).toEqual([2, 1]);
    await screenshot(page, 'cancelled');
  });

  it('reads on the error card what happened and what to do, and tries again', async () => {
    const page = await signIn('Ada');
    await startConversation(page);
    const refused = await askForPicture(page, 'a castle [fail:content_rejected]');
    await cardIs(refused, 'failed');
    const error = refused.getByTestId('job-error');
    expect(await error.textContent()).toContain('This prompt was refused');
    expect(await error.textContent()).toContain('Describe the picture in other words');
    expect(await refused.getByTestId('job-retry').count()).toBe(0);
    await screenshot(page, 'error');
    const tooLarge = await askForPicture(page, 'a castle [fail:out_of_memory]');
    await cardIs(tooLarge, 'failed');
    const before = await tooLarge.getAttribute('data-job-id');
    await tooLarge.getByTestId('job-retry').click();
    const again = page.getByTestId('image-card').nth(1);
    await page.waitForFunction(
      (old) =>
        document.querySelectorAll('[data-testid="image-card"]')[1]?.getAttribute('data-job-id') !== old,
      before,
    );
    await cardIs(again, 'failed');
    await again.getByText('1 earlier try').click();
    expect(await again.textContent()).toContain('The picture was too large for the image engine');
    await screenshot(page, 'tried-again');
  });
});
