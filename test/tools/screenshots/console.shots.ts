import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeNow, Rig } from '../../service/kit.ts';
import { type Company, openCompany } from './company.ts';
import { FOB_IN_NEED } from './seen-fobs.ts';
import { openPage, startBrowser, take } from './studio.ts';

let browser: Browser;
let company: Company;
let page: Page;
const rig = new Rig();

beforeAll(async () => {
  browser = await startBrowser();
  company = await openCompany(rig);
  page = await openPage(browser, { width: 1080, height: 720 });
  const { name, password, token } = company.admin;
  await page.goto(`${company.service.url}/operator/sign-in`);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByLabel('Passcode').fill(codeNow(token, rig.clock.nowMs));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
});
afterAll(async () => {
  await browser?.close();
  await company?.office[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

/** The pages of the console that a document shows: name of the picture, address, and where the picture ends. */
const PAGES = [
  ['console-dashboard', '', { until: '[aria-labelledby="plots"]' }],
  ['console-user', '/user?user=chloe', { until: 'tbody tr:nth-child(5)', margin: 0 }],
  ['console-fob', `/fob?serial=${FOB_IN_NEED}`, { tall: 1240 }],
] as const;

it.each(PAGES)('takes %s', async (name, path, part) => {
  const response = await page.goto(`${company.service.url}/operator${path}`);
  expect(response?.status()).toBe(200);
  await take(page, name, part);
});
