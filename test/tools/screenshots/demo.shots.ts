import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoPage } from '../../system/demo/kit.ts';
import { openPage, startBrowser, take } from './studio.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** Longer than the 0.6 s that turn a press into a hold. */
const HOLD_MS = 700;
const PASSCODE = /^\d{3} \d{3}$/m;

/** Holds the fob's button, from whatever it shows, until it shows a passcode. */
async function passcodeOf(page: Page, fob: FrameLocator): Promise<string> {
  const button = fob.getByRole('button', { name: 'Button' });
  await button.and(fob.locator(':enabled')).waitFor();
  const shown = async () => (await fob.locator('#speech').textContent()) ?? '';
  await button.focus();
  if (PASSCODE.test(await shown())) {
    await page.keyboard.press('Space');
    await expect.poll(shown).not.toMatch(PASSCODE);
  }
  await page.keyboard.press('Space', { delay: HOLD_MS });
  await expect.poll(shown).toMatch(PASSCODE);
  return PASSCODE.exec(await shown())?.[0] ?? '';
}

/** Leaves the three panes with their names, without the words about the steps. */
const PANES_ALONE = `
.top, .words, .foot, .pane.outbox { display: none !important; }
.panes { grid-template-columns: 21rem 22rem minmax(0, 1fr) !important; grid-template-rows: 2.4rem minmax(0, 38.7rem) !important; row-gap: 0 !important; }
.pane, section { grid-row: span 2 !important; }
.name { padding-block: .6rem; }
.frame { min-height: 0 !important; }
body { padding: 1rem !important; }
`;

/** The same without the console. */
const FOB_AND_LOGIN = `${PANES_ALONE}
.pane.operator { display: none !important; }
.panes { grid-template-columns: 1fr 1fr !important; grid-template-rows: 2.4rem minmax(0, 41.5rem) !important; }
`;

it('takes fob and log-in page while a log-in waits for approval', async () => {
  const { url } = await demoPage();
  const page = await openPage(browser, { width: 760, height: 742, scale: 1.25 }, { bypassCSP: true });
  await page.goto(url);
  await page.addStyleTag({ content: FOB_AND_LOGIN });
  const login = page.frameLocator('iframe[title="The log-in page"]');
  await login.getByLabel('User name').fill('alice');
  await login.getByRole('button', { name: 'Autosend' }).click();
  const number = await login.locator('.number').textContent();
  const speech = page.frameLocator('iframe[title="The fob"]').locator('#speech');
  await expect.poll(() => speech.textContent()).toContain(`alice\n${number}\n`);
  await page.evaluate(() => scrollTo(0, 0));
  await take(page, 'push-number', { colours: 160 });
  await page.context().close();
});

it('takes fob, log-in and console side by side', async () => {
  const { url } = await demoPage();
  const page = await openPage(browser, { width: 1200, height: 687, scale: 2 }, { bypassCSP: true });
  await page.goto(url);
  await page.addStyleTag({ content: PANES_ALONE });
  const fob = page.frameLocator('iframe[title="The fob"]');
  const login = page.frameLocator('iframe[title="The log-in page"]');
  const operator = page.frameLocator('iframe[title="The administrator’s console"]');
  const type = async (passcode: string) => {
    await login.getByLabel('User name').fill('alice');
    await login.getByLabel('Passcode').fill(passcode);
  };
  await operator.getByRole('button', { name: 'Sign in with this link' }).click();
  await operator.getByText('Live', { exact: true }).waitFor();
  const first = await passcodeOf(page, fob);
  for (const next of ['Log out', undefined]) {
    await type(first);
    await page.keyboard.press('Enter');
    if (next !== undefined) await login.getByRole('button', { name: next }).click();
  }
  await operator.getByText('Passcode used again').first().waitFor();
  // The form as it was before the refusal.
  await login.locator('html').evaluate(() => location.replace('/'));
  await login.getByRole('alert').waitFor({ state: 'detached' });
  await type(await passcodeOf(page, fob));
  await operator.locator('#alerts').evaluate(heading => {
    heading.scrollIntoView();
    scrollBy(0, -20);
    (document.activeElement as HTMLElement | null)?.blur();
  });
  await page.evaluate(() => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
  });
  await take(page, 'fob-login-console', { colours: 160 });
  await page.context().close();
});
