import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromium } from '../../kit/browser.ts';
import { secret } from '../../kit/secrets.ts';
import { codeAt, codeNow, Rig, wrongCode } from '../../service/kit.ts';
import { fobWith, signInTokenOf } from '../../service/self-service/kit.ts';
import { Office } from '../../service/users/kit.ts';
import { enterBy } from './kit.ts';

const PIN = secret('407183');
const OTHER_PIN = secret('730519');

describeInChromium('self-service page', open => {
  /** Checks a page once it is there: the findings of axe, and the focus on the message. */
  async function look(page: Page, heading: string, message?: string): Promise<string[]> {
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    if (message !== undefined) {
      await page.getByText(message).waitFor();
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.textContent ?? ''))
        .toContain(message);
    }
    return (await inspect(page)).map(text => `${heading}: ${text}`);
  }

  it('self-service works without scripts, by keyboard, and axe finds no fault in any of its states', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { issuer: 'Example', label: 'ada@example.org' });
    await fobWith(office, token);
    const { page, press: pressed } = await open({ bypassCSP: true });
    const press = (name: string) => pressed(name, true);
    const found: string[] = [];
    const looked = async (...seen: [heading: string, message?: string]) =>
      found.push(...(await look(page, ...seen)));

    await page.goto(`${service.url}/me`);
    await looked('Your fob');
    await page.getByLabel('User name').fill('ada');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(wrongCode(token, rig.clock.nowMs));
    await page.keyboard.press('Enter');
    await looked('Your fob', 'was not accepted');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
    await looked('Your fob');

    rig.clock.nowMs += 30_000;
    await page.getByRole('textbox', { name: 'Passcode' }).fill(codeNow(token, rig.clock.nowMs));
    await press('Try it');
    await looked('Your fob', 'Correct. Your fob works.');
    await page.getByRole('textbox', { name: 'Passcode' }).fill(wrongCode(token, rig.clock.nowMs));
    await press('Try it');
    await looked('Your fob', 'Wrong. Check each character');
    await page.getByRole('link', { name: 'Find my fob again' }).press('Enter');
    await looked('Find your fob again');
    await page.goBack();
    await page.getByRole('link', { name: 'Name it' }).press('Enter');
    await looked('Name your fob');
    await page.getByLabel('Name').fill('the blue one');
    await press('Save the name');
    await looked('Your fob', 'The name is saved.');
    await page.getByRole('region', { name: 'the blue one' }).waitFor();
    await page.getByRole('link', { name: 'Report it lost' }).press('Enter');
    await looked('Report your fob lost?');
    expect((await service.tokens())[0]?.state).toBe('active');
    await press('It is lost: stop it now');
    await looked('Your fob was stopped');
    expect((await service.tokens())[0]?.state).toBe('suspended');
    expect(found).toEqual([]);
  });

  it('self-service leads from refused passcodes to a found fob, and from the log-in form to a PIN, without scripts', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { kind: 'hotp', pinPlace: 'service' });
    const { page, press: pressed } = await open({ bypassCSP: true });
    const press = (name: string) => pressed(name, true);
    const found: string[] = [];
    const looked = async (...seen: [heading: string, message?: string]) =>
      found.push(...(await look(page, ...seen)));
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
    await looked('Log in');
    await page.getByRole('link', { name: 'Find my fob again' }).press('Enter');
    await looked('Find your fob again');
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('First passcode').fill(codeAt(token, 501));
    await page.getByLabel('The next passcode').fill(codeAt(token, 503));
    await press('Find my fob again');
    await looked('Find your fob again', 'Your fob was not found.');
    await page.getByLabel('First passcode').fill(codeAt(token, 504));
    await page.getByLabel('The next passcode').fill(codeAt(token, 505));
    await press('Find my fob again');
    await looked('Your fob was found');

    await logIn(506);
    await looked('Choose your PIN');
    await choose('1379');
    await page.getByRole('alert').getByText('too easy to guess').waitFor();
    await looked('Choose your PIN');
    await choose(PIN);
    await looked('Your PIN is set');
    await logIn(507, PIN);
    await looked('Logged in');
    expect(found).toEqual([]);
  });

  it('self-service asks after an enrolment for the required PIN, and changes it later, with scripts and without', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    const token = await office.token('ada', { kind: 'hotp', pinPlace: 'service' });
    const { page } = await open();
    await enterBy(page, service, await signInTokenOf(office, 'ada'));
    await page.getByRole('heading', { level: 1, name: 'Choose your PIN' }).waitFor();
    await page.getByLabel('New PIN', { exact: true }).fill(PIN);
    await page.getByLabel('New PIN again').fill(PIN);
    await page.getByRole('button', { name: 'Set the PIN' }).click();
    await page.getByText('Your PIN is set.').waitFor();
    const { context: plain, page: other } = await open({ javaScriptEnabled: false });
    await plain.addCookies(await page.context().cookies());
    await other.goto(`${service.url}/me`);
    await other.getByRole('link', { name: 'Change your PIN' }).click();
    await other.getByLabel('Current PIN').fill(PIN);
    await other.getByRole('textbox', { name: 'Passcode' }).fill(codeAt(token, 0));
    await other.getByLabel('New PIN', { exact: true }).fill(OTHER_PIN);
    await other.getByLabel('New PIN again').fill(OTHER_PIN);
    await other.getByRole('button', { name: 'Set the PIN' }).click();
    await other.getByText('Your PIN is set.').waitFor();
    expect((await office.audit()).acts.filter(act => act === 'user.choose-pin ada')).toHaveLength(2);
  });

  it('self-service opens with the ticket of an enrolment, and no address contains the ticket', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using office = await Office.beside(rig);
    await office.users('ada');
    await office.token('ada');
    const ticket = await signInTokenOf(office, 'ada');
    const { page } = await open();
    const addresses: string[] = [];
    page.on('request', request => addresses.push(request.url()));
    await enterBy(page, service, ticket);
    await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
    expect(page.url()).toBe(`${service.url}/me`);
    expect(addresses.some(address => address.includes(ticket))).toBe(false);
  });
});
