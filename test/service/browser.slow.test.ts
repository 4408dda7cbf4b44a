import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '@passfob/service/service';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { PATIENCE_MS } from '../kit/patience.ts';
import { describeNeeds, needsTool } from '../kit/tools.ts';
import { add, codeNow, testOfRig as it, newToken, Rig, signInByLink } from './kit.ts';

const BROWSER_ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

describeNeeds(needsTool('chromium'), 'log-in form and pane in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
  });
  afterAll(() => browser.close());

  /** Opens a page and collects its complaints (console errors, refused loads). */
  async function open(context: BrowserContext): Promise<{ page: Page; complaints: string[] }> {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    page.on('console', message => {
      const expected = message.text().includes('403 (Forbidden)');
      if (message.type() === 'error' && !expected) complaints.push(message.text());
    });
    return { page, complaints };
  }

  async function started(rig: Rig): Promise<{ service: Service; token: NewToken }> {
    const service = await rig.start({ embeddable: true });
    return { service, token: await add(service, newToken()) };
  }

  /** Types a log-in without using a mouse. The user name has the focus when the page opens. */
  async function logInByKeyboard(page: Page, user: string, passcode: string): Promise<void> {
    await page.waitForFunction(() => document.activeElement?.id === 'user');
    await page.keyboard.type(user);
    await page.keyboard.press('Tab');
    await page.keyboard.type(passcode);
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  }

  it('a person logs in by keyboard, without scripts', async rig => {
    const { service, token } = await started(rig);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page, complaints } = await open(context);
    await page.goto(`${service.url}/login`);
    const code = codeNow(token, rig.clock.nowMs);
    await page.getByLabel('User name').and(page.locator(':focus')).waitFor();
    await page.keyboard.type('ada');
    await page.keyboard.press('Tab');
    await page.keyboard.type(`${code.slice(0, 3)} ${code.slice(3)}`);
    await page.keyboard.press('Tab');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Logged in');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('a used passcode is refused, and the operator sees it without reloading', async rig => {
    const { service, token } = await started(rig);
    const context = await browser.newContext();
    const operator = await open(context);
    await signInByLink(operator.page, service);
    await operator.page.getByText('Live', { exact: true }).waitFor();
    await operator.page.evaluate(() => document.body.setAttribute('data-not-reloaded', 'yes'));
    const person = await open(context);
    const passcode = codeNow(token, rig.clock.nowMs);
    await person.page.goto(`${service.url}/login`);
    await logInByKeyboard(person.page, 'ada', passcode);
    await person.page.getByText('You are logged in as').waitFor();
    await operator.page.getByText('Accepted', { exact: true }).waitFor();
    await person.page.goto(`${service.url}/login`);
    await logInByKeyboard(person.page, 'ada', passcode);
    const refusal = person.page.getByRole('alert');
    expect(await refusal.textContent()).toContain('was not accepted');
    expect(await person.page.getByLabel('User name').inputValue()).toBe('ada');
    await expect.poll(() => person.page.evaluate(() => document.activeElement?.id)).toBe('passcode');
    const alert = operator.page.getByRole('listitem').filter({ hasText: 'Passcode used again' });
    await alert.filter({ hasText: '1 time' }).waitFor();
    expect(await alert.textContent()).toContain('FOB-1');
    await expect
      .poll(() => operator.page.getByRole('status').first().textContent())
      .toContain('1 alert. Passcode used again');
    expect(await operator.page.locator('body').getAttribute('data-not-reloaded')).toBe('yes');
    expect([...operator.complaints, ...person.complaints]).toEqual([]);
    await context.close();
  });

  it('the pane refreshes by itself without scripts', async rig => {
    const { service } = await started(rig);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page } = await open(context);
    await signInByLink(page, service);
    await page.getByText('No log-ins yet.').waitFor();
    await service.validate({ user: 'nobody', passcode: '123456', source: '::1' });
    await page.getByText('Unknown user').waitFor();
    await context.close();
  });

  it('a local page shows the form and the pane in frames, and the operator’s cookie works there', async rig => {
    const { service } = await started(rig);
    const context = await browser.newContext();
    const { page, complaints } = await open(context);
    const frames = `<iframe src="${service.url}/login"></iframe><iframe src="${service.operatorLink}"></iframe>`;
    // Another origin (port) of the same site, like the demo's own page.
    const outer = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(frames),
    );
    await new Promise<void>(resolve => outer.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://127.0.0.1:${(outer.address() as AddressInfo).port}/`);
    await page.frameLocator('iframe >> nth=0').getByLabel('Passcode').waitFor();
    const console = page.frameLocator('iframe >> nth=1');
    await console.getByRole('button', { name: 'Sign in with this link' }).click();
    await console.getByText('Live', { exact: true }).waitFor();
    expect(complaints.filter(text => !text.includes('favicon'))).toEqual([]);
    await context.close();
    outer.close();
  });

  it.each([
    [1280, 800],
    [360, 740],
  ])('at %d × %d nothing is cut off sideways and every field has a name', async (width, height) => {
    await using rig = new Rig();
    const { service, token } = await started(rig);
    const passcode = codeNow(token, rig.clock.nowMs);
    for (let turn = 0; turn < 3; turn++)
      await service.validate({ user: 'ada', passcode, source: '2001:db8::1' });
    const context = await browser.newContext({ viewport: { width, height } });
    const { page } = await open(context);
    const steps = [
      () => page.goto(`${service.url}/login`),
      () => page.goto(service.operatorLink),
      () => signInByLink(page, service),
    ];
    for (const step of steps) {
      await step();
      const findings = await page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        language: document.documentElement.lang,
        headings: document.querySelectorAll('h1').length,
        mains: document.querySelectorAll('main').length,
        nameless: [...document.querySelectorAll('input:not([type=hidden])')].filter(
          input => (input as HTMLInputElement).labels?.length !== 1,
        ).length,
      }));
      expect(findings).toEqual({ overflow: 0, language: 'en', headings: 1, mains: 1, nameless: 0 });
    }
    await context.close();
  });
});
