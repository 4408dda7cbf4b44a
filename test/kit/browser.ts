import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { PATIENCE_MS } from './patience.ts';
import { describeNeeds, type Need, needsTool } from './tools.ts';

/** Without a window, and without any traffic of the browser's own. */
const QUIET = ['no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-sync'].map(
  one => `--${one}`,
);
QUIET.push('--disable-background-networking', '--disable-component-update');

export const startChromium = (executablePath: string, ...more: readonly string[]): Promise<Browser> =>
  chromium.launch({ executablePath, args: [...QUIET, ...more] });

/** Opens a page with cookies of its own, until the test ends. Its errors are those of scripts, its complaints also refused requests. */
export async function newPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => void [errors, complaints].map(list => list.push(message)));
  page.on('console', message => void (message.type() === 'error' && complaints.push(message.text())));
  return { page, context, errors, complaints, press: presser(page) };
}

export type OpenPage = Awaited<ReturnType<typeof newPage>>;

/** Presses a button by keyboard. */
const presser =
  (page: Page) =>
  (name: string, exact = false) =>
    page.getByRole('button', { name, exact }).press('Enter');

type Define = (open: (options?: BrowserContextOptions) => Promise<OpenPage>) => void;

/** Groups tests that share a Chromium; they get a function that opens a page in it. */
export const describeInChromium = (title: string, define: Define): void =>
  describeInChromiumWith({}, title, define);

/** Does the same with another need, or with arguments of the browser. */
export function describeInChromiumWith(
  {
    need = needsTool('chromium'),
    args = async () => [],
  }: { need?: Need<string>; args?: () => Promise<string[]> },
  title: string,
  define: Define,
): void {
  describeNeeds(need, title, executablePath => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium(executablePath, ...(await args()));
    });
    afterAll(() => browser?.close());
    define(options => newPage(browser, options));
  });
}
