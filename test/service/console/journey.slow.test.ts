import { randomBytes, randomUUID } from 'node:crypto';
import type { NewToken } from '@passfob/service/subjects/tokens/issue';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeNow, signInByLink, wrongCode } from '../kit.ts';
import { freshPassword, startedService, type TestService } from '../users/kit.ts';
import { type Furnished, testOfConsole as it } from './kit.ts';

const STEP_MS = 30_000;

interface Fob {
  readonly token: NewToken;
  readonly hex: string;
}

/** Creates a seed and its token. */
function newFob(user: string, serial: string): Fob {
  const bytes = secret(new Uint8Array(randomBytes(20)));
  return {
    token: { user, serial, kind: 'totp', secret: bytes },
    hex: secret(Buffer.from(bytes).toString('hex')),
  };
}

describeNeeds(needsTool('chromium'), 'the console in Chromium', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  /** Opens a page whose complaints (console errors, refused loads) fail the test. */
  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    page.on('console', message => {
      const isExpected = /40[13]|422/.test(message.text());
      if (message.type() === 'error' && !isExpected) complaints.push(message.text());
    });
    onTestFinished(() => expect(complaints).toEqual([]));
    return page;
  }

  const heading = (page: Page, name: string) =>
    page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const follow = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).first().click();

  async function issue(page: Page, { token, hex }: Fob): Promise<void> {
    await page.getByLabel('Serial number').fill(token.serial);
    await page.getByLabel('Seed', { exact: true }).fill(hex);
    await page.getByLabel('Format of the seed').selectOption('hex');
    await page.getByLabel('User name').fill(token.user);
    await press(page, 'Issue a token');
    await heading(page, token.serial);
  }

  async function signIn(page: Page, user: string, password: string, passcode: string): Promise<void> {
    await page.getByLabel('User name').fill(user);
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Passcode').fill(passcode);
    await press(page, 'Sign in');
  }

  async function logIn(page: Page, url: string, passcode: string): Promise<string> {
    await page.goto(`${url}/login`);
    await page.getByLabel('User name').fill('bob');
    await page.getByLabel('Passcode').fill(passcode);
    await Promise.all([page.waitForEvent('load'), press(page, 'Log in')]);
    return (await page.getByRole('heading', { level: 1 }).textContent()) ?? '';
  }

  interface Play {
    readonly page: Page;
    readonly person: Page;
    readonly service: TestService;
    readonly password: string;
    readonly own: Fob;
    readonly bobs: Fob;
  }

  async function firstRun({ page, service, password, own }: Play): Promise<void> {
    await signInByLink(page, service);
    await follow(page, 'First steps');
    await follow(page, 'Make an administrator');
    await page.getByLabel('User name').fill('alice');
    await page.getByLabel('Password').fill(password);
    await press(page, 'Make an administrator');
    await page.getByText('The user is now an administrator').waitFor();
    await follow(page, 'Type in a seed');
    await issue(page, own);
    await page.goto(`${service.url}/operator/setup`);
    await page.getByText('Everything is ready').waitFor();
    await press(page, 'Sign out');
    await signIn(page, 'alice', password, codeNow(own.token, service.clock.nowMs));
    await heading(page, 'Dashboard');
  }

  async function bobGetsAFob({ page, bobs }: Play): Promise<void> {
    await follow(page, 'Users');
    await follow(page, 'Create a user');
    await page.getByLabel('User name').fill('bob');
    await press(page, 'Create a user');
    await heading(page, 'bob');
    await follow(page, 'Issue a token');
    await issue(page, { ...bobs, token: { ...bobs.token, user: '' } });
    await follow(page, 'Assign');
    await page.getByLabel('User name').fill('bob');
    await press(page, 'Assign');
    await page.getByText('The token is assigned.').waitFor();
  }

  async function lockedAndUnlocked({ page, person, service, bobs }: Play): Promise<void> {
    expect(await logIn(person, service.url, codeNow(bobs.token, service.clock.nowMs))).toBe('Logged in');
    service.clock.nowMs += STEP_MS;
    for (let nth = 0; nth < 3; nth++)
      expect(await logIn(person, service.url, wrongCode(bobs.token, service.clock.nowMs, nth))).toBe(
        'Log in',
      );
    expect(await logIn(person, service.url, codeNow(bobs.token, service.clock.nowMs))).toBe('Log in');
    await page.goto(`${service.url}/operator/user?user=bob`);
    await page.getByText('Locked until').waitFor();
    await press(page, 'Unlock');
    await page.getByText('The account is unlocked.').waitFor();
    service.clock.nowMs += STEP_MS;
    expect(await logIn(person, service.url, codeNow(bobs.token, service.clock.nowMs))).toBe('Logged in');
  }

  async function revoked({ page, person, service, password, own, bobs }: Play): Promise<void> {
    service.clock.nowMs += 10 * STEP_MS;
    await follow(page, 'FOB-B');
    await follow(page, 'Revoke');
    await heading(page, 'Confirm that it is you');
    await page.getByLabel('Password').fill(password);
    await page.getByLabel('Passcode').fill(codeNow(own.token, service.clock.nowMs));
    await press(page, 'Confirm that it is you');
    await heading(page, 'Revoke FOB-B');
    await page.getByLabel('Why it is revoked').selectOption('Lost');
    await press(page, 'Revoke');
    await page.getByText('Revoked for good.').waitFor();
    expect(await logIn(person, service.url, codeNow(bobs.token, service.clock.nowMs))).toBe('Log in');
  }

  async function verified({ page }: Play): Promise<void> {
    await follow(page, 'Audit');
    for (const action of [
      'operator.enter-by-link',
      'operator.change',
      'token.issue',
      'user.unlock',
      'token.revoke',
    ])
      await page.getByRole('cell', { name: action, exact: true }).first().waitFor();
    await press(page, 'Verify the audit');
    await page.getByRole('status').filter({ hasText: 'The audit is intact.' }).waitFor();
  }

  it.each([[true], [false]])(
    'an administrator gets from the first run to a verified audit (scripts: %s)',
    async scripts => {
      await using service = await startedService();
      const play: Play = {
        page: await open({ javaScriptEnabled: scripts }),
        person: await open(),
        service,
        password: freshPassword(),
        own: newFob('alice', 'FOB-A'),
        bobs: newFob('bob', 'FOB-B'),
      };
      await firstRun(play);
      await bobGetsAFob(play);
      await lockedAndUnlocked(play);
      await revoked(play);
      await verified(play);
    },
    120_000,
  );

  it('the console works by keyboard alone: sign-in, skip link, creating a user, correcting a mistake', async service => {
    const { admin } = service.operators;
    const page = await open();
    const { keyboard } = page;
    const tabTo = async (name: string) => {
      for (let stop = 0; stop < 40; stop++) {
        await keyboard.press('Tab');
        const focused = await page.evaluate(() => {
          const here = document.activeElement;
          return (here as HTMLInputElement)?.labels?.[0]?.textContent ?? here?.textContent ?? '';
        });
        if (focused.startsWith(name)) return;
      }
      throw new Error(`Tab does not come to ${name}`);
    };
    await page.goto(`${service.url}/operator`);
    await tabTo('User name');
    await keyboard.type(admin.name);
    await tabTo('Password');
    await keyboard.type(admin.password);
    await tabTo('Passcode');
    await keyboard.type(codeNow(admin.token, service.clock.nowMs));
    await keyboard.press('Enter');
    await heading(page, 'Dashboard');
    await tabTo('Users');
    await keyboard.press('Enter');
    await heading(page, 'Users');
    await keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await keyboard.press('Enter');
    await tabTo('Create a user');
    await keyboard.press('Enter');
    await heading(page, 'Create a user');
    await tabTo('User name');
    await keyboard.type('grace');
    await keyboard.press('Enter');
    // The error summary has the focus, and links to the field.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('alert');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('user');
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('carol');
    await keyboard.press('Enter');
    await heading(page, 'carol');
    const outline = await page
      .locator('body')
      .evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).not.toBe('hidden');
  });

  /** Opens the page that shows a new activation of bob once; returns its string as the page shows it. */
  async function shownString(page: Page, service: Furnished) {
    const { name, password, token } = service.operators.admin;
    await page.goto(`${service.url}/operator/user/activate?user=bob`);
    await signIn(page, name, password, codeNow(token, service.clock.nowMs));
    await press(page, 'Create an activation');
    await heading(page, 'Activation for bob');
    return secret((await page.locator('.once code').textContent()) ?? '');
  }

  it('the activation string is copied by keyboard, only when asked, and the page says so', async service => {
    await service.office.users('bob');
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(service.url);
    // Whatever is read from the clipboard counts as a secret: a text that nothing else prints.
    const earlier = randomUUID();
    await page.evaluate(text => navigator.clipboard.writeText(text), earlier);
    const copied = async () => secret(await page.evaluate(() => navigator.clipboard.readText()));
    const string = await shownString(page, service);
    const button = page.getByRole('button', { name: 'Copy', exact: true });
    await button.waitFor();
    expect(await copied()).toBe(earlier);
    for (let stop = 0; stop < 40; stop++) {
      await page.keyboard.press('Tab');
      if (await button.evaluate(one => one === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor();
    expect(await copied()).toBe(string);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
    });
    await page.keyboard.press('Space');
    await page.getByRole('status').filter({ hasText: 'Your browser did not copy it.' }).waitFor();
  });

  it('live updates of a page keep the focus and unfolded sections', async service => {
    const { admin } = service.operators;
    const token = await service.office.token('ada', { serial: 'ADA-1' });
    const page = await open();
    await page.goto(`${service.url}/operator/sign-in`);
    await signIn(page, admin.name, admin.password, codeNow(admin.token, service.clock.nowMs));
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('summary', { hasText: '24 hours' }).click();
    await page.getByRole('link', { name: 'ADA-1', exact: true }).focus();
    const passcode = codeNow(token, service.clock.nowMs);
    await service.validate({ user: 'ada', passcode, source: '192.0.2.77' });
    await page.getByText('192.0.2.77').waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('ADA-1');
    expect(await page.locator('details[open]').count()).toBe(1);
  });

  it('a job page follows the job to its end by itself', async service => {
    const { admin } = service.operators;
    const page = await open();
    await page.goto(`${service.url}/operator/bulk`);
    await signIn(page, admin.name, admin.password, codeNow(admin.token, service.clock.nowMs));
    await heading(page, 'Many tokens at once');
    await page.getByLabel('List').fill(Array.from({ length: 200 }, (_, nth) => `NONE-${nth}`).join('\n'));
    await press(page, 'Start the job');
    await page.getByText('Done: 200 of 200 rows').first().waitFor();
    await page.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
  });
});
