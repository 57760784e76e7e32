import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { type ServerProcess, startServer } from './serverProcess.ts';

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Where there is no Chromium the end to end tests are skipped, and `npm test` says so by name. */
export const browserIsThere = existsSync(path);

/** For what the page does by itself in a moment; the ceiling is for a busy machine only. */
export const patient = { timeout: 30_000, interval: 50 };

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });

/** One picture at a time, slow enough to watch, and leases short enough to see them run out. */
const settings = {
  ...{ WORKERS: '1', SKETCH_STEP_MS: '150', LEASE_MS: '2000', SWEEP_CRON: '* * * * * *' },
  // Who looks at failures asks for several of them; the engine must not rest because of that.
  BREAKER_FAILURES: '100',
};

interface SignInOptions extends BrowserContextOptions {
  readonly roles?: readonly ('operator' | 'auditor')[];
}

const problems = new WeakMap<Page, string[]>();
/** What the browser complained of on this page: errors, refused scripts, failed requests. */
export const problemsOf = (page: Page): readonly string[] => problems.get(page) ?? [];

/** A page in a context of its own: another person, or another machine. */
const openPage = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const told: string[] = [];
  problems.set(page, told);
  page.on('pageerror', (error) => told.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') told.push(`${message.text()} (${message.location().url})`);
  });
  await page.goto(url);
  return page;
};

/** A page whose person is signed in under this name. */
export const signIn = async (
  browser: Browser,
  url: string,
  name: string,
  { roles = [], ...options }: SignInOptions = {},
): Promise<Page> => {
  const page = await openPage(browser, url, options);
  await page.getByTestId('sign-in-name').fill(name);
  if (roles.length > 0) await page.getByText('Sign in with more rights').click();
  for (const role of roles) await page.getByTestId(`sign-in-role-${role}`).check();
  await page.getByTestId('sign-in-submit').click();
  await page.getByTestId('profile').waitFor({ state: 'attached' });
  return page;
};

/** What the tests of one file share: a browser for all, and for each its own server with its own folder. */
export const useBrowser = (more: Readonly<Record<string, string>> = {}) => {
  let browser: Browser;
  let folder: string;
  let server: ServerProcess;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'darkroom-e2e-'));
    server = await startServer({ DATA_DIR: folder, ...settings, ...more });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    /** For what needs no browser. */
    url: () => server.url,
    /** A page on which nobody is signed in yet. */
    openPage: (options?: BrowserContextOptions) => openPage(browser, server.url, options),
    signIn: (name: string, options?: SignInOptions) => signIn(browser, server.url, name, options),
    killServer: () => server.kill(),
    /** The server again, at the same address and on the same folder. */
    startServerAgain: async (): Promise<void> => {
      const { port } = new URL(server.url);
      server = await startServer({ DATA_DIR: folder, PORT: port, ...settings, ...more });
    },
  };
};

/** Resolves when nothing on the page moves any more, but for what moves for ever. */
export const settled = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const ends = ({ effect }: Animation): boolean => effect?.getComputedTiming().endTime !== Infinity;
    // One that is taken off the page midway rejects; that is an end too.
    for (let moving = document.getAnimations().filter(ends); moving.length > 0; ) {
      await Promise.allSettled(moving.map(({ finished }) => finished));
      moving = document.getAnimations().filter((each) => ends(each) && each.playState === 'running');
    }
  });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong on the page as it stands: rule, element, reason. */
export const barriers = async (page: Page): Promise<readonly string[]> => {
  await settled(page);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
};

/** Keeps a picture of the page among the results of the run, once it stands still. */
export const screenshot = async (page: Page, name: string): Promise<void> => {
  mkdirSync('test-results/screens', { recursive: true });
  await settled(page);
  await page.screenshot({ path: `test-results/screens/${name}.png` });
};

export const startConversation = async (page: Page): Promise<void> => {
  await page.getByTestId('new-conversation').click();
  await page.getByTestId('empty-conversation').waitFor();
};

/** Asks for a picture with the page's own settings and resolves with its card. */
export const askForPicture = async (page: Page, prompt: string): Promise<Locator> => {
  const cards = page.getByTestId('image-card');
  const before = await cards.count();
  await page.getByTestId('composer-text').fill(prompt);
  await page.getByTestId('composer-send').click();
  const card = cards.nth(before);
  await card.waitFor();
  return cardOf(page, await card.getAttribute('data-job-id'));
};

export const cardOf = (page: Page, jobId: string | null): Locator =>
  page.locator(`[data-testid="image-card"][data-job-id="${jobId}"]`);

/** Resolves once the card has one of these states; the page's own words are in the error if it never does. */
export const cardIs = async (card: Locator, ...statuses: readonly string[]): Promise<void> => {
  const page = card.page();
  const jobId = await card.getAttribute('data-job-id');
  await page.waitForFunction(
    ({ id, wanted }) => {
      const found = document.querySelector(`[data-testid="image-card"][data-job-id="${id}"]`);
      return wanted.includes(found?.getAttribute('data-status') ?? '');
    },
    { id: jobId, wanted: [...statuses] },
    { timeout: 60_000 },
  );
};

/** Resolves once the card shows this place; null: once it shows none. */
export const cardIsAt = (card: Locator, place: number | null): Promise<void> =>
  vi.waitFor(async () => {
    const shown = card.getByTestId('queue-place');
    const text = (await shown.count()) === 0 ? null : await shown.getAttribute('data-place');
    expect(text).toBe(place === null ? null : String(place));
  }, patient);

/** The pictures of a finished card, decoded and uncovered; resolves with their ids. */
export const picturesOf = async (card: Locator): Promise<readonly (string | null)[]> => {
  const pictures = card.getByTestId('job-picture');
  await pictures.first().waitFor();
  await settled(card.page());
  return pictures.evaluateAll((images) => images.map((image) => image.getAttribute('data-image-id')));
};

/**
 * Notes every place that each card shows from now on. The answer tells those of one card, in order: none
 * is missed, for the page is looked at after each change, not now and then.
 */
export const watchPlaces = async (page: Page): Promise<(card: Locator) => Promise<readonly number[]>> => {
  const notes = await page.evaluateHandle(() => {
    const seen = new Map<string, number[]>();
    const look = (): void => {
      for (const card of document.querySelectorAll('[data-testid="image-card"]')) {
        const place = Number(card.querySelector('[data-place]')?.getAttribute('data-place') ?? 0);
        const places = seen.get(card.getAttribute('data-job-id') ?? '') ?? [];
        if (place > 0 && places.at(-1) !== place) places.push(place);
        seen.set(card.getAttribute('data-job-id') ?? '', places);
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
    look();
    return seen;
  });
  return async (card) => {
    const jobId = (await card.getAttribute('data-job-id')) ?? '';
    return notes.evaluate((seen, id) => seen.get(id) ?? [], jobId);
  };
};
