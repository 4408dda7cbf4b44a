import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeNow, Rig } from '../kit.ts';
import { furnish, type OperatorKit } from './kit.ts';
import { fillWorld } from './world.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeWindow {
  readonly axe: {
    run(): Promise<{
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
    }>;
  };
}

/** What axe finds on a page, and what sticks out sideways. The policy of the page's scripts is set aside for axe alone. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as AxeWindow).axe.run();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(node => `${id}: ${node.html} ${node.failureSummary ?? ''}`),
    );
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) found.push(`${scrollWidth - clientWidth} px stick out`);
    return found;
  });
}

/** Looks at the page in both schemes and both widths. */
async function inspect(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const [width, height] of [
    [1280, 900],
    [320, 700],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      const place = `${new URL(page.url()).pathname} ${width} ${colorScheme}`;
      found.push(...(await findings(page)).map(text => `${place}: ${text}`));
    }
  return found;
}

describeNeeds(needsTool('chromium'), 'axe in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  async function signIn(page: Page, url: string, { name, password, token }: OperatorKit, nowMs: number) {
    await page.goto(`${url}/operator/sign-in`);
    await page.getByLabel('User name').fill(name);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Passcode').fill(codeNow(token, nowMs));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  }

  /** Follows every link of the console from its first page on, one address of each kind of page. */
  async function crawl(context: BrowserContext, page: Page, url: string): Promise<[string[], string[]]> {
    const seen = new Set<string>();
    const found: string[] = [];
    const open = [`${url}/operator`, `${url}/operator/setup`, `${url}/operator/prove`];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const { pathname, search } = new URL(next);
      // A token is looked at twice: in different states different things can be done.
      const kind = pathname === '/operator/token' ? `${pathname}${search}` : pathname;
      if (seen.has(kind)) continue;
      seen.add(kind);
      const response = await page.goto(next);
      expect(response?.status(), next).toBe(200);
      found.push(...(await inspect(page)));
      const links = await page
        .locator('a[href^="/operator"]')
        .evaluateAll(all => all.map(link => (link as HTMLAnchorElement).href));
      open.push(...links);
    }
    expect(context.pages()).toHaveLength(1);
    return [[...seen].sort(), found];
  }

  it('finds nothing on any page, by day and by night, on a desk and on a phone', async () => {
    await using rig = new Rig();
    const furnished = await furnish(rig);
    await using office = furnished.office;
    await fillWorld(furnished, rig.clock);
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await signIn(page, furnished.service.url, furnished.operators.admin, office.nowMs);
    const [paths, found] = await crawl(context, page, furnished.service.url);
    expect(found).toEqual([]);
    expect(paths.length).toBeGreaterThan(50);
    await context.close();
  }, 300_000);
});
