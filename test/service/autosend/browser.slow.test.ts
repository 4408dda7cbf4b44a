import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { Scene } from '../agents/scene.ts';

/** Starts a service with a user whose fob is connected. */
async function opened() {
  const scene = await Scene.open();
  onTestFinished(() => scene[Symbol.asyncDispose]());
  const ada = await scene.ready('ada');
  return { url: scene.service.url, scene, ada };
}

describeNeeds(needsTool('chromium'), 'Autosend in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  async function page(wishes: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(wishes);
    onTestFinished(() => context.close());
    context.setDefaultTimeout(PATIENCE_MS);
    return await context.newPage();
  }

  /** Types the user name, and selects Autosend by the keyboard alone. @returns the number on the page */
  async function select(at: Page, address: string): Promise<string> {
    await at.goto(address);
    const user = at.getByLabel('User name');
    await user.focus();
    await at.keyboard.type('ada');
    const button = at.getByRole('button', { name: 'Autosend', exact: true });
    for (let nth = 0; nth < 8; nth++) {
      if (await button.evaluate(one => one === document.activeElement)) break;
      await at.keyboard.press('Tab');
    }
    await at.keyboard.press('Enter');
    await at.getByRole('heading', { level: 1, name: 'Approve it on your fob' }).waitFor();
    return (await at.locator('.compared').textContent()) ?? '';
  }

  it('Autosend continues by itself once the fob approves, and axe finds nothing on its pages', async () => {
    const { url, ada } = await opened();
    // axe is injected into the page, which the page's own policy forbids.
    const at = await page({ bypassCSP: true });
    const found: string[] = [];
    for (const [form, title] of [
      ['/login', 'Logged in'],
      ['/me/sign-in', 'Your fob'],
    ] as const) {
      await at.goto(url + form);
      found.push(...(await inspect(at)));
      const number = await select(at, url + form);
      expect(await at.getByRole('status').textContent()).toBe('Waiting for your fob.');
      found.push(...(await inspect(at)));
      await expect.poll(() => ada.fob.screen).toContain(number);
      ada.fob.approve();
      await at.getByRole('heading', { level: 1, name: title, exact: true }).waitFor();
      await at.getByText('ada', { exact: true }).first().waitFor();
      found.push(...(await inspect(at)));
    }
    expect(found).toEqual([]);
  });

  it('without scripts a button checks the approval, and another leads back to the passcode', async () => {
    const { url, scene, ada } = await opened();
    const at = await page({ javaScriptEnabled: false });
    const number = await select(at, `${url}/login`);
    await at.getByRole('button', { name: 'See whether it is approved' }).click();
    await at.getByText('Not approved yet.').waitFor();
    await expect.poll(() => ada.fob.screen).toContain(number);
    await at.getByRole('button', { name: 'Use a passcode instead' }).click();
    await at.getByRole('heading', { level: 1, name: 'Log in' }).waitFor();
    expect(await at.getByLabel('User name').inputValue()).toBe('ada');
    expect(await at.getByLabel('Passcode').evaluate(one => one === document.activeElement)).toBe(true);
    await expect.poll(() => ada.fob.screen).not.toContain(number);
    const next = await select(at, `${url}/login`);
    await expect.poll(() => ada.fob.screen).toContain(next);
    ada.fob.approve();
    const states = async () =>
      (await scene.db.selectFrom('pushes').select('state').execute()).map(({ state }) => state);
    await expect.poll(states).toContain('approved');
    await at.getByRole('button', { name: 'See whether it is approved' }).click();
    await at.getByRole('heading', { level: 1, name: 'Logged in' }).waitFor();
  });

  it('Autosend reports a declined request and a lost connection', async () => {
    const { url, ada } = await opened();
    const at = await page();
    await at.route('**/autosend/state*', route => route.abort());
    const number = await select(at, `${url}/login`);
    await at.getByText('The connection is lost. Trying again.').waitFor();
    await at.unroute('**/autosend/state*');
    await expect.poll(() => ada.fob.screen).toContain(number);
    ada.fob.deny();
    ada.fob.deny();
    const alert = at.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toBe(
      'The log-in was not approved. Select Autosend again, or type a passcode.',
    );
    expect(await at.title()).toContain('The log-in was not approved.');
  });
});
