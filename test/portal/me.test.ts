import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeNeeds, needsTool } from '../kit/tools.ts';
import { codeNow, Rig, wrongCode } from '../service/kit.ts';
import { fobWith, ticketOf } from '../service/me/kit.ts';
import { Office } from '../service/people/kit.ts';
import { findings } from './kit.ts';

// A browser takes its time where others want the machine too.
vi.setConfig({ testTimeout: 120_000 });

describeNeeds(needsTool('chromium'), 'the users’ own page', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  /** Looks at a page once it is there: what axe finds, and that what happened has the focus. */
  async function look(page: Page, heading: string, message?: string): Promise<string[]> {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    if (message !== undefined) {
      await page.getByText(message).waitFor();
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.textContent ?? ''))
        .toContain(message);
    }
    return (await findings(page)).map(text => `${heading}: ${text}`);
  }

  it('is worked without scripts, by keyboard, and axe finds nothing in any of its states', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { issuer: 'Example', label: 'ada@example.org' });
    await fobWith(office, token);
    const page = await browser.newPage({ bypassCSP: true });
    page.setDefaultTimeout(20_000);
    const found: string[] = [];
    const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');

    await page.goto(`${service.url}/me`);
    found.push(...(await look(page, 'Your fob')));
    await page.getByLabel('User name').fill('ada');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(wrongCode(token, rig.clock.nowMs));
    await page.keyboard.press('Enter');
    found.push(...(await look(page, 'Your fob', 'was not accepted')));
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
    found.push(...(await look(page, 'Your fob')));

    rig.clock.nowMs += 30_000;
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await press('Try it');
    found.push(...(await look(page, 'Your fob', 'Right. Your fob works.')));
    await page.getByRole('textbox', { name: 'Passcode' }).fill(wrongCode(token, rig.clock.nowMs));
    await press('Try it');
    found.push(...(await look(page, 'Your fob', 'Wrong. Check each character')));
    await page.getByRole('link', { name: 'Find my fob again' }).press('Enter');
    found.push(...(await look(page, 'Find your fob again')));
    await page.goBack();
    await page.getByRole('link', { name: 'Name it' }).press('Enter');
    found.push(...(await look(page, 'Name your fob')));
    await page.getByLabel('Name').fill('the blue one');
    await press('Keep the name');
    found.push(...(await look(page, 'Your fob', 'The name is kept.')));
    await page.getByRole('region', { name: 'the blue one' }).waitFor();
    await page.getByRole('link', { name: 'Report it lost' }).press('Enter');
    found.push(...(await look(page, 'Report your fob lost?')));
    expect((await service.tokens())[0]?.state).toBe('active');
    await press('It is lost: stop it now');
    found.push(...(await look(page, 'Your fob was stopped')));
    expect((await service.tokens())[0]?.state).toBe('suspended');
    expect(found).toEqual([]);
    await page.close();
  });

  it('opens with the ticket of an enrolment, and the ticket stands in no address', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    await office.token('ada');
    const ticket = await ticketOf(office, 'ada');
    const page = await browser.newPage();
    const addresses: string[] = [];
    page.on('request', request => addresses.push(request.url()));
    await page.goto(`${service.url}/activate`);
    // What the page's script does when the token is active.
    await page.evaluate(value => {
      (document.getElementById('ticket') as HTMLInputElement).value = value;
      (document.getElementById('ticket-form') as HTMLFormElement).submit();
    }, ticket);
    await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
    expect(page.url()).toBe(`${service.url}/me`);
    expect(addresses.some(address => address.includes(ticket))).toBe(false);
    await page.close();
  });
});
