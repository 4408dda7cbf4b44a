import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeAt, codeNow, Rig, wrongCode } from '../../service/kit.ts';
import { fobWith, signInTokenOf } from '../../service/self-service/kit.ts';
import { Office } from '../../service/users/kit.ts';
import { findings } from './kit.ts';

const PIN = secret('407183');
const OTHER_PIN = secret('730519');

describeNeeds(needsTool('chromium'), 'self-service page', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  /** Checks a page once it is there: the findings of axe, and the focus on the message. */
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

  it('self-service works without scripts, by keyboard, and axe finds no fault in any of its states', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { issuer: 'Example', label: 'ada@example.org' });
    await fobWith(office, token);
    const page = await browser.newPage({ bypassCSP: true });
    page.setDefaultTimeout(PATIENCE_MS);
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
    found.push(...(await look(page, 'Your fob', 'Correct. Your fob works.')));
    await page.getByRole('textbox', { name: 'Passcode' }).fill(wrongCode(token, rig.clock.nowMs));
    await press('Try it');
    found.push(...(await look(page, 'Your fob', 'Wrong. Check each character')));
    await page.getByRole('link', { name: 'Find my fob again' }).press('Enter');
    found.push(...(await look(page, 'Find your fob again')));
    await page.goBack();
    await page.getByRole('link', { name: 'Name it' }).press('Enter');
    found.push(...(await look(page, 'Name your fob')));
    await page.getByLabel('Name').fill('the blue one');
    await press('Save the name');
    found.push(...(await look(page, 'Your fob', 'The name is saved.')));
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

  it('self-service leads from refused passcodes to a found fob, and from the log-in form to a PIN, without scripts', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { kind: 'hotp', pinPlace: 'service' });
    const page = await browser.newPage({ bypassCSP: true });
    page.setDefaultTimeout(PATIENCE_MS);
    const found: string[] = [];
    const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
    const logIn = async (step: number, pin = '') => {
      await page.goto(`${service.url}/login`);
      await page.getByLabel('User name').fill('ada');
      await page.getByLabel('PIN', { exact: true }).fill(pin);
      await page.getByLabel('Passcode').fill(codeAt(token, step));
      await press('Log in');
    };
    const choose = async (newPin: string, again = newPin) => {
      await page.getByLabel('New PIN', { exact: true }).fill(newPin);
      await page.getByLabel('New PIN again').fill(again);
      await press('Set the PIN');
    };

    await logIn(500);
    found.push(...(await look(page, 'Log in')));
    await page.getByRole('link', { name: 'Find my fob again' }).press('Enter');
    found.push(...(await look(page, 'Find your fob again')));
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('First passcode').fill(codeAt(token, 501));
    await page.getByLabel('The next passcode').fill(codeAt(token, 503));
    await press('Find my fob again');
    found.push(...(await look(page, 'Find your fob again', 'Your fob was not found.')));
    await page.getByLabel('First passcode').fill(codeAt(token, 504));
    await page.getByLabel('The next passcode').fill(codeAt(token, 505));
    await press('Find my fob again');
    found.push(...(await look(page, 'Your fob was found')));

    await logIn(506);
    found.push(...(await look(page, 'Choose your PIN')));
    await choose('1379');
    await page.getByRole('alert').getByText('too easy to guess').waitFor();
    found.push(...(await look(page, 'Choose your PIN')));
    await choose(PIN);
    found.push(...(await look(page, 'Your PIN is set')));
    await logIn(507, PIN);
    found.push(...(await look(page, 'Logged in')));
    expect(found).toEqual([]);
    await page.close();
  });

  it('self-service asks after an enrolment for the required PIN, and changes it later, with scripts and without', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { kind: 'hotp', pinPlace: 'service' });
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(`${service.url}/activate`);
    await page.evaluate(
      value => {
        (document.getElementById('ticket') as HTMLInputElement).value = value;
        (document.getElementById('ticket-form') as HTMLFormElement).submit();
      },
      await signInTokenOf(office, 'ada'),
    );
    await page.getByRole('heading', { level: 1, name: 'Choose your PIN' }).waitFor();
    await page.getByLabel('New PIN', { exact: true }).fill(PIN);
    await page.getByLabel('New PIN again').fill(PIN);
    await page.getByRole('button', { name: 'Set the PIN' }).click();
    await page.getByText('Your PIN is set.').waitFor();
    const cookies = await page.context().cookies();
    const plain = await browser.newContext({ javaScriptEnabled: false });
    await plain.addCookies(cookies);
    const other = await plain.newPage();
    other.setDefaultTimeout(PATIENCE_MS);
    await other.goto(`${service.url}/me`);
    await other.getByRole('link', { name: 'Change your PIN' }).click();
    await other.getByLabel('Current PIN').fill(PIN);
    await other.getByRole('textbox', { name: 'Passcode' }).fill(codeAt(token, 0));
    await other.getByLabel('New PIN', { exact: true }).fill(OTHER_PIN);
    await other.getByLabel('New PIN again').fill(OTHER_PIN);
    await other.getByRole('button', { name: 'Set the PIN' }).click();
    await other.getByText('Your PIN is set.').waitFor();
    expect((await office.audit()).acts.filter(act => act === 'user.choose-pin ada')).toHaveLength(2);
    await plain.close();
    await page.close();
  });

  it('self-service opens with the ticket of an enrolment, and no address contains the ticket', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    await office.token('ada');
    const ticket = await signInTokenOf(office, 'ada');
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const addresses: string[] = [];
    page.on('request', request => addresses.push(request.url()));
    await page.goto(`${service.url}/activate`);
    // The page's script does this when the token is active.
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
