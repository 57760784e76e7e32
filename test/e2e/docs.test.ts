import { describe, expect, it } from 'vitest';
import { browserIsThere, problemsOf, screenshot, useBrowser } from '../support/browser.ts';

describe.skipIf(!browserIsThere)('the page of the API', () => {
  const { openPage } = useBrowser();

  it('shows every call, offline and under the strict policy: no other origin is asked for anything', async () => {
    const page = await openPage();
    const origin = new URL(page.url()).origin;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${origin}/docs`);
    const call = page.locator('#operations-Messages-postConversationsIdMessages');
    await call.click();
    await call.getByText('quota_exceeded', { exact: true }).waitFor();
    await screenshot(page, 'docs');
    expect(asked.filter((url) => !url.startsWith(`${origin}/`))).toEqual([]);
    expect(asked.map((url) => new URL(url).pathname)).toContain('/openapi.json');
    expect(problemsOf(page)).toEqual([]);
  });
});
