import { PRESS_DEAF_MS } from '@passfob/protocol/limits';
import type { BrowserContextOptions, FrameLocator, Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInChromiumWith } from '../../kit/browser.ts';
import { type Need, tool } from '../../kit/tools.ts';
import { demoPage, needsBuild } from './kit.ts';

const need: Need<string> = {
  name: 'npm run build, and chromium',
  found: needsBuild.found && tool('chromium'),
};

describeInChromiumWith({ need }, 'the page in Chromium', open => {
  /** The demo's page, and the browser's errors except for the refused log-in. */
  async function opened(options: BrowserContextOptions = {}) {
    const { running, url } = await demoPage();
    const { page, complaints } = await open(options);
    await page.goto(url);
    // The key has left the address.
    expect(page.url()).toBe(`${new URL(url).origin}/`);
    const others = () => complaints.filter(text => !text.includes('403 (Forbidden)'));
    return { running, page, others, ...panesOf(page) };
  }

  function panesOf(page: Page) {
    return {
      fob: page.frameLocator('iframe[title="The fob"]'),
      login: page.frameLocator('iframe[title="The log-in page"]'),
      operator: page.frameLocator('iframe[title="The administrator’s console"]'),
    };
  }

  /** Presses the button by keyboard and reads the passcode that a screen reader announces. */
  async function readPasscode(page: Page): Promise<string> {
    const { fob } = panesOf(page);
    const button = fob.getByRole('button', { name: 'Button' });
    // Nobody can press the button before it is connected.
    await button.and(fob.locator(':enabled')).waitFor();
    await button.focus();
    await page.keyboard.press('Space', { delay: 1_000 });
    const speech = fob.locator('#speech');
    await expect.poll(() => speech.textContent()).toMatch(/^\d{3} \d{3}$/m);
    return /^\d{3} \d{3}$/m.exec((await speech.textContent()) ?? '')?.[0] ?? '';
  }

  /** Types into the log-in form, by keyboard alone. */
  async function logIn(page: Page, passcode: string): Promise<void> {
    await panesOf(page).login.getByLabel('User name').focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('alice');
    await page.keyboard.press('Tab');
    await page.keyboard.type(passcode);
    await page.keyboard.press('Enter');
  }

  /** Logs in with a passcode of the fob, logs out, and types it again. */
  async function useTwice(page: Page): Promise<void> {
    const { login } = panesOf(page);
    const passcode = await readPasscode(page);
    await logIn(page, passcode);
    await logOut(login);
    await logIn(page, passcode);
    await login.getByRole('alert').filter({ hasText: 'was not accepted' }).waitFor();
  }

  /** Longer than the page takes to hear about a step that is done. */
  const NEWS_MS = 1_500;

  /** The numbers of the steps that are done, with `-` for those that are not. */
  const steps = (page: Page) =>
    page
      .locator('[data-fact]')
      .evaluateAll(all => all.map(one => (one.hasAttribute('data-done') ? one.dataset.step : '-')).join(''));

  async function signIn(operator: FrameLocator): Promise<void> {
    await operator.getByRole('button', { name: 'Sign in with this link' }).click();
    await operator.getByText('Live', { exact: true }).waitFor({ state: 'attached' });
  }

  async function logOut(login: FrameLocator): Promise<void> {
    await login.getByRole('button', { name: 'Log out' }).press('Enter');
    await login.getByRole('button', { name: 'Autosend' }).waitFor();
  }

  it('the demo does the main job: pressed, accepted, refused, and the operator sees it without a reload', async () => {
    const { page, others, fob, login, operator } = await opened();
    await signIn(operator);
    await operator.locator('body').evaluate(body => body.setAttribute('data-not-reloaded', ''));
    expect(await steps(page)).toBe('----');
    const passcode = await readPasscode(page);
    await expect.poll(() => steps(page)).toBe('1---');

    await logIn(page, passcode);
    await login.getByRole('heading', { name: 'Logged in' }).waitFor();
    expect(await login.getByRole('status').textContent()).toContain('alice');
    await operator.getByText('Accepted', { exact: true }).waitFor();
    // The passcode of the enrolment.
    expect(await operator.getByText('Activation', { exact: true }).count()).toBe(1);
    await page.waitForTimeout(NEWS_MS);
    expect(await steps(page)).toBe('1---');

    await logOut(login);
    await logIn(page, passcode);
    expect(await login.getByRole('alert').textContent()).toContain('was not accepted');
    const alert = operator.getByRole('listitem').filter({ hasText: 'Passcode used again' });
    await alert.filter({ hasText: '1 time' }).waitFor();
    expect(await alert.textContent()).toMatch(/User\s*alice[\s\S]*Token\s*PF-/);
    expect(await operator.locator('body').getAttribute('data-not-reloaded')).toBe('');
    await expect.poll(() => steps(page)).toBe('12-4');
    expect(await page.getByRole('status').textContent()).toBe('Step 4 is done.');

    await login.getByLabel('User name').focus();
    await login.getByRole('button', { name: 'Autosend' }).press('Enter');
    const number = await login.locator('.number').textContent();
    await expect.poll(() => fob.locator('#speech').textContent()).toMatch(new RegExp(`alice\\n${number}\\n`));
    await page.waitForTimeout(PRESS_DEAF_MS);
    await fob.getByRole('button', { name: 'Button' }).focus();
    await page.keyboard.down('Space');
    await login.getByRole('heading', { name: 'Logged in' }).waitFor();
    await page.keyboard.up('Space');
    expect(await login.getByRole('status').textContent()).toContain('alice');
    await expect.poll(() => steps(page)).toBe('1234');
    // After a reload the console is closed again: what was shown in it is to be seen once more.
    await page.reload();
    await expect.poll(() => steps(page)).toBe('123-');
    await page.waitForTimeout(NEWS_MS);
    expect(await steps(page)).toBe('123-');
    await operator.getByRole('button', { name: 'Sign in with this link' }).click();
    await expect.poll(() => steps(page)).toBe('1234');
    expect(others()).toEqual([]);
  });

  it('the demo waits with its last step for the alert in the console, and names the button that leads there', async () => {
    const { page, operator } = await opened();
    await useTwice(page);
    await operator.getByRole('heading', { name: 'One-time administrator link' }).waitFor();
    await page.waitForTimeout(NEWS_MS);
    expect(await steps(page)).toBe('12--');
    const text = (await page.locator('#operator .text').textContent()) ?? '';
    const name = /Select “([^”]+)”/.exec(text)?.[1] ?? '';
    await operator.getByRole('button', { name, exact: true }).click();
    await operator.getByText('Passcode used again').first().waitFor();
    await expect.poll(() => steps(page)).toBe('12-4');
  });

  it('the demo waits with its last step until the console is on the screen', async () => {
    const { page, operator } = await opened({ viewport: { width: 390, height: 844 } });
    await signIn(operator);
    await useTwice(page);
    await page.evaluate(() => scrollTo(0, 0));
    await operator.getByText('Passcode used again').first().waitFor();
    await page.waitForTimeout(NEWS_MS);
    expect(await steps(page)).toBe('12--');
    await page.locator('#operator').scrollIntoViewIfNeeded();
    await page.locator('iframe.operator').evaluate(frame => frame.scrollIntoView());
    await expect.poll(() => steps(page)).toBe('12-4');
  });

  it('the demo shows on a desktop what each pane is about without scrolling, and on a tablet fob and log-in', async () => {
    const { page, fob, login, operator } = await opened({ viewport: { width: 1440, height: 900 } });
    await operator.locator('.buttons').waitFor();
    const bottomOf = async (control: Locator) => {
      const box = await control.boundingBox();
      return Math.round((box?.y ?? Number.NaN) + (box?.height ?? Number.NaN));
    };
    const atFob = fob.getByRole('button', { name: 'Button' });
    const atLogin = login.getByRole('button', { name: 'Autosend' });
    const toConsole = operator.getByRole('button', { name: 'Sign in with this link' });
    for (const control of [atFob, atLogin, toConsole]) expect(await bottomOf(control)).toBeLessThan(900);
    await page.setViewportSize({ width: 1024, height: 768 });
    for (const control of [atFob, atLogin]) expect(await bottomOf(control)).toBeLessThan(768);
    await page.setViewportSize({ width: 1440, height: 900 });
    await useTwice(page);
    await toConsole.click();
    const alert = operator.getByRole('listitem').filter({ hasText: 'Passcode used again' });
    await alert.waitFor();
    await page.evaluate(() => scrollTo(0, 0));
    // The console draws its alerts anew with each piece of news: for a moment there is none to measure.
    for (const control of [atFob, atLogin, alert])
      await expect.poll(() => bottomOf(control)).toBeLessThan(900);
  });

  it('on a phone the demo keeps the fob in view while its passcode is typed', async () => {
    const { page, fob, login, operator } = await opened({ viewport: { width: 390, height: 844 } });
    const passcode = await readPasscode(page);
    await logIn(page, passcode);
    await logOut(login);
    await login.getByLabel('Passcode').focus();
    const boxOf = async (control: Locator) => {
      const box = await control.boundingBox();
      if (box === null) throw new Error('it is not shown');
      return { top: Math.round(box.y), bottom: Math.round(box.y + box.height) };
    };
    const atFob = [fob.locator('canvas'), fob.getByRole('button', { name: 'Button' })];
    const atLogin = [login.getByLabel('Passcode'), login.getByRole('button', { name: 'Autosend' })];
    const shown = async () => {
      const [display, button] = await Promise.all(atFob.map(boxOf));
      const [field, autosend] = await Promise.all(atLogin.map(boxOf));
      if (!display || !button || !field || !autosend) return 'nothing';
      const isInOrder = display.bottom <= button.top && button.bottom <= field.top;
      return `${isInOrder}, ${display.top >= 0}, ${autosend.bottom <= 844}`;
    };
    await page.locator('#login iframe').evaluate(frame => frame.scrollIntoView());
    await expect.poll(shown).toBe('true, true, true');
    // The console has the window for itself.
    await page.locator('#operator iframe').evaluate(frame => frame.scrollIntoView());
    await signIn(operator);
  });

  it('the demo names everything for a screen reader and works by Tab alone', async () => {
    const { page, operator } = await opened();
    expect(await page.locator('body').ariaSnapshot()).toMatch(
      /navigation "Skip to"[\s\S]*banner:[\s\S]*heading "Passfob demo" \[level=1\][\s\S]*main:[\s\S]*heading "Four steps" \[level=2\][\s\S]*list:[\s\S]*region "The fob"[\s\S]*heading "Hold the button"[\s\S]*region "The log-in page"[\s\S]*heading "Type the passcode"[\s\S]*region "The administrator’s console"[\s\S]*heading "See the alert"[\s\S]*region "The user’s mail"[\s\S]*contentinfo/,
    );
    const reached: string[] = [];
    for (let stop = 0; stop < 5; stop++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(
          () => document.activeElement?.textContent || document.activeElement?.getAttribute('title') || '',
        ),
      );
    }
    expect(reached).toEqual([
      'Skip to The fob',
      'Skip to The log-in page',
      'Skip to The administrator’s console',
      'Skip to The user’s mail',
      'The fob',
    ]);
    await signIn(operator);
    await page.getByRole('link', { name: 'Skip to The administrator’s console' }).press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('operator');
    await page.keyboard.press('Tab');
    await expect
      .poll(() =>
        operator
          .getByRole('link', { name: 'Skip to the content' })
          .evaluate(skip => skip === document.activeElement),
      )
      .toBe(true);
  });

  it('the demo cuts nothing off sideways on a desktop, a tablet and a phone, and its form needs no scrolling', async () => {
    const { page, fob, login, operator } = await opened();
    await signIn(operator);
    await logIn(page, '000000');
    await login.getByRole('alert').waitFor();
    const room = (root: Element) => ({
      cutOff: Math.max(0, root.scrollWidth - root.clientWidth),
      isScrolled: root.scrollHeight > root.clientHeight,
    });
    for (const [width, height] of [
      [1440, 900],
      [820, 1180],
      [360, 740],
    ] as const) {
      await page.setViewportSize({ width, height });
      for (const pane of [page, fob, login, operator]) {
        await expect.poll(() => pane.locator('html').evaluate(room)).toMatchObject({ cutOff: 0 });
      }
      await expect.poll(() => login.locator('html').evaluate(room)).toMatchObject({ isScrolled: false });
    }
  });

  it('the demo differs by day and by night', async () => {
    const { page } = await opened({ colorScheme: 'light' });
    const paper = () => page.locator('body').evaluate(body => getComputedStyle(body).backgroundColor);
    const byDay = await paper();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect([byDay, await paper()]).toEqual(['rgb(244, 246, 248)', 'rgb(15, 20, 26)']);
  });

  it('the page says when the demo has ended', async () => {
    const { running, page } = await opened();
    running.kill('SIGINT');
    await page.getByRole('alert').filter({ hasText: 'The demo has ended.' }).waitFor();
  });
});
