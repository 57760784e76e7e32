import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import {
  askForPicture,
  browserIsThere,
  cardIs,
  patient,
  picturesOf,
  startConversation,
  useBrowser,
} from '../support/browser.ts';

/** Notes on the page what its policy refuses, from its next load on: as the browser tells it, not as it words it. */
const watchPolicy = async (page: Page): Promise<() => Promise<readonly string[]>> => {
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      const { dataset } = document.documentElement;
      dataset.refused = `${dataset.refused ?? ''} ${effectiveDirective}`;
    });
  });
  return async () => {
    const refused = await page.locator('html').getAttribute('data-refused');
    return [...new Set((refused ?? '').trim().split(' '))].filter((each) => each !== '').toSorted();
  };
};

/** What somebody would try who got HTML into the page. */
const slipIn = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const put = (tag: string, attributes: Readonly<Record<string, string>>, text = ''): void => {
      const element = document.createElement(tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.textContent = text;
      document.body.append(element);
    };
    const elsewhere = 'http://127.0.0.1:9/x';
    put('script', {}, 'document.title = "inline"');
    put('script', { src: elsewhere });
    put('a', { onclick: 'document.title = "handler"' });
    put('img', { src: elsewhere });
    put('iframe', { src: elsewhere });
    put('object', { data: elsewhere });
    put('style', {}, '* { display: none }');
    put('base', { href: elsewhere });
    fetch(elsewhere).catch(() => undefined);
    // Later, for what runs by the debugger's own word may evaluate.
    setTimeout(() => Reflect.construct(Function, ['document.title = "evaluated"'])());
  });

describe.skipIf(!browserIsThere)('the content security policy of the page', () => {
  const { signIn } = useBrowser({ SKETCH_STEP_MS: '1' });

  it('lets through all that the page does, and nothing that somebody slips into it', async () => {
    const page = await signIn('Ada');
    const refused = await watchPolicy(page);
    await page.reload();
    await startConversation(page);
    const card = await askForPicture(page, 'a lighthouse on a cliff in a storm');
    await cardIs(card, 'completed');
    await picturesOf(card);
    expect(await refused()).toEqual([]);
    const title = await page.title();
    await slipIn(page);
    const expected = ['base-uri', 'connect-src', 'frame-src', 'img-src', 'object-src'];
    const scripts = ['script-src', 'script-src-attr', 'script-src-elem', 'style-src-elem'];
    await vi.waitFor(async () => expect(await refused()).toEqual([...expected, ...scripts]), patient);
    expect(await page.title()).toBe(title);
  });
});
