import { readQrImage } from 'passfob/enrol/qr';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeNow } from '../kit.ts';
import { furnished, type OperatorKit, seededUri, testOfConsole as test } from './kit.ts';
import { fillWorld, LOCAL_MAIL } from './world.ts';

describeNeeds(needsTool('chromium'), 'accessibility of the console in Chromium', executablePath => {
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

  /** Follows every link of the console from its first page, with one address for each kind of page. */
  async function crawl(context: BrowserContext, page: Page, url: string): Promise<[string[], string[]]> {
    const seen = new Set<string>();
    const found: string[] = [];
    const open = [`${url}/operator`, `${url}/operator/setup`, `${url}/operator/prove`];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      const { pathname, search } = new URL(next);
      // A token's page is visited twice: its state decides which acts are offered.
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

  test('axe finds nothing on any console page, in light and dark mode, on desktop and phone sizes', async service => {
    await fillWorld(service);
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await signIn(page, service.url, service.operators.admin, service.clock.nowMs);
    const [paths, found] = await crawl(context, page, service.url);
    expect(found).toEqual([]);
    expect(paths.length).toBeGreaterThan(50);
    await context.close();
  });

  /** Opens a page on a service filled with every kind of object, with its helpers and findings. */
  async function opened() {
    const service = await furnished();
    await fillWorld(service);
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const found: string[] = [];
    const look = async (heading: string) => {
      await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
      found.push(...(await inspect(page)));
    };
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    const leave = async () => {
      await press('Sign out');
      // Navigating away too early could abort the sign-out.
      await page.getByRole('heading', { level: 1, name: 'Sign in', exact: true }).waitFor();
    };
    return { service, context, page, found, look, press, leave };
  }

  it('axe finds nothing on the pages for visitors who are signed out or came by a link', async () => {
    const { service, context, page, found, look, press, leave } = await opened();
    await using _ = service;
    await page.goto(`${service.url}/login`);
    await look('Log in');
    await page.goto(`${service.url}/help`);
    await look('Help');
    await page.goto(`${service.url}/operator`);
    await look('Sign in');
    await page.getByLabel('User name').fill('nobody');
    await page.getByLabel('Password').fill('nothing');
    await page.getByLabel('Passcode').fill('123456');
    await press('Sign in');
    await page.getByText('was not accepted').waitFor();
    await look('Sign in');
    await page.goto(service.operatorLink);
    await look('One-time administrator link');
    await press('Sign in with this link');
    await look('Dashboard');
    await page.goto(`${service.url}/operator/prove`);
    await look('Confirm that it is you');
    await page.goto(`${service.url}/operator`);
    await leave();
    await page.goto(service.operatorLink);
    await look('Operator link needed');
    expect(found).toEqual([]);
    await context.close();
  });

  it('axe finds nothing on the pages that answer a form', async () => {
    const { service, context, page, found, look, press, leave } = await opened();
    await using _ = service;
    const { url } = service;
    await signIn(page, url, service.operators.admin, service.clock.nowMs);
    await page.goto(`${url}/operator/users/create`);
    await page.getByLabel('User name').fill('ada');
    await press('Create a user');
    await page.getByRole('alert').waitFor();
    await look('Create a user');
    await page.goto(`${url}/operator/user/code?user=bob`);
    await press('Make a passcode');
    await look('Temporary passcode');
    await page.goto(`${url}/operator/user?user=pia`);
    await press('Check caller by push');
    await look('Is the caller pia?');
    await page.goto(`${url}/operator/user/activate?user=bob`);
    await press('Create an activation');
    await look('Activation for bob');
    const string = secret(((await page.locator('.once code').textContent()) ?? '').replaceAll(' ', ''));
    const code = await page.locator('.qr svg').screenshot();
    expect(secret(await readQrImage(new Uint8Array(code))).toLowerCase()).toBe(string);
    await page.goto(`${url}/operator/api-keys/create`);
    await page.getByLabel('Name').fill('another');
    await press('Create an API key');
    await look('API key');
    await page.goto(`${url}/operator/import`);
    const uris = [seededUri('ada'), 'otpauth://totp/short?secret=AA'];
    const file = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from(uris.join('\n')) };
    await page.getByLabel('File', { exact: true }).setInputFiles(file);
    await press('Check the file');
    await look('What the import would do');
    await page.goto(`${url}/operator/mail/open?id=${LOCAL_MAIL}`);
    await press('Show the mail');
    await page.getByText('passfob activate').waitFor();
    await look('Read a mail of the local outbox');
    await page.goto(`${url}/operator/audit`);
    await press('Verify the audit');
    await look('Verification of the audit');
    await page.goto(`${url}/operator/user?user=nobody`);
    await look('Not found');
    await leave();
    await signIn(page, url, service.operators.auditor, service.clock.nowMs);
    await page.goto(`${url}/operator/settings/change`);
    await look('Not allowed');
    expect(found).toEqual([]);
    await context.close();
  });
});
