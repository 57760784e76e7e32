import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserIsThere, launchBrowser, screenshot } from '../support/browser.ts';
import { audience, inSeconds, issuer, signed } from '../support/identityProvider.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

const secret = 'the secret that both sides know, and long enough';
const token = (claims = {}) => signed({ alg: 'HS256', key: Buffer.from(secret) }, claims);

describe.skipIf(!browserIsThere)('a person of an identity provider', () => {
  let browser: Browser;
  let folder: string;
  let server: ServerProcess;
  beforeAll(async () => {
    browser = await launchBrowser();
    folder = mkdtempSync(join(tmpdir(), 'darkroom-e2e-'));
    const jwt = { AUTH_MODE: 'jwt', AUTH_JWT_ISSUER: issuer, AUTH_JWT_AUDIENCE: audience };
    server = await startServer({ DATA_DIR: folder, ...jwt, AUTH_JWT_SECRET: secret });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async () => (await browser.newContext()).newPage();
  const home = 'new-conversation';

  it('is asked for a token, told when it is not good, and comes in with a good one', async () => {
    const page = await open();
    await page.goto(server.url);
    await page.getByTestId('sign-in-token').fill(await token({ exp: inSeconds(-1) }));
    await page.getByTestId('sign-in-submit').click();
    await page.getByRole('alert').getByText('Your sign-in has expired').waitFor();
    await screenshot(page, 'sign-in-token');
    await page.getByTestId('sign-in-token').fill(await token());
    await page.getByTestId('sign-in-submit').click();
    await page.getByTestId(home).first().waitFor();
  });

  it('is brought in by another application, and the token does not stay in the address', async () => {
    const page = await open();
    await page.goto(`${server.url}/#token=${await token({ name: 'Ada' })}`);
    await page.getByText('You are signed in as Ada').waitFor();
    await page.getByTestId(home).first().waitFor();
    expect(page.url()).not.toContain('token');
    const next = await token({ sub: 'ben', name: 'Ben' });
    await page.evaluate((hash) => location.replace(hash), `#token=${next}`);
    await page.getByText('You are signed in as Ben').waitFor();
    expect(page.url()).not.toContain('token');
  });
});
