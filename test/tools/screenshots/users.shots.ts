import { changeSettings } from '@passfob/service/subjects/users/settings';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, it, onTestFinished } from 'vitest';
import { codeNow, Rig } from '../../service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { plugInto } from '../../system/portal/cable.ts';
import { handedOver } from '../../system/portal/kit.ts';
import { simulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { type Company, openCompany } from './company.ts';
import { openPage, startBrowser, take } from './studio.ts';

const PHONE = { width: 400, height: 700, scale: 1.25 };

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

async function withCompany(run: (company: Company, page: Page, rig: Rig) => Promise<void>): Promise<void> {
  await using rig = new Rig();
  const company = await openCompany(rig);
  await using _office = company.office;
  const page = await openPage(browser, PHONE);
  await run(company, page, rig);
  await page.context().close();
}

it('takes the page of a user', () =>
  withCompany(async ({ service, tokens }, page, rig) => {
    const token = tokens.get('chloe');
    if (token === undefined) throw new Error('chloe has no token');
    await page.goto(`${service.url}/me`);
    await page.getByLabel('User name').fill('chloe');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
    rig.clock.nowMs += 30_000;
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Correct. Your fob works.').waitFor();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await take(page, 'me', { tall: 1400 });
  }));

it('takes the first step of an activation', async () => {
  await using rig = new Rig();
  const service = await rig.start({ clock: Date.now });
  await using office = await Office.beside(rig);
  office.nowMs = Date.now();
  await office.users('lena');
  accepted(await changeSettings(office.management, grace, { serviceName: 'Example Ltd' }));
  const string = await handedOver(office, service, 'lena');
  const fob = await simulatedFob();
  onTestFinished(() => fob.close());
  const page = await openPage(browser, PHONE);
  await plugInto(page.context(), page, fob.tcp);
  await page.goto(`${service.url}/activate#${string}`);
  await page.getByRole('button', { name: 'Choose my fob' }).waitFor();
  await take(page, 'activate-1', { tall: 1400 });
  await page.context().close();
});
