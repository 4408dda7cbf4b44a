import { chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { Rig } from '../../service/kit.ts';
import { Office } from '../../service/users/kit.ts';
import { EmulatedWatch, WEB_BLUETOOTH } from '../../unit/host/cables/web/emulated-watch.ts';
import { fobAtHand, needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { findings, handedOver, needsPortal } from './kit.ts';

const needs = { name: 'npm run build, and chromium', found: needsBuild.found && needsPortal.found };
/** Six groups of a pairing code. */
const CODE = /^(?:[a-z0-9]{3} ?){6}$/i;

itNeeds(
  needs,
  'a link leads to an active token on a watch over Bluetooth in Chromium: the connection is lost on the way',
  async executablePath => {
    await using rig = new Rig();
    const service = await rig.start({ clock: Date.now });
    await using office = await Office.beside(rig);
    office.nowMs = Date.now();
    await office.users('ada');
    const string = await handedOver(office, service, 'ada');
    const fob = await fobAtHand('--board', 'banglejs2');
    const args = ['--no-sandbox', '--disable-gpu', WEB_BLUETOOTH];
    const browser = await chromium.launch({ executablePath, args });
    onTestFinished(() => browser.close());
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const complaints: string[] = [];
    page.on('pageerror', error => complaints.push(error.message));
    const watch = await EmulatedWatch.near(browser, context, page, fob.tcp);
    onTestFinished(() => watch.close());
    const press = (name: string) => page.getByRole('button', { name }).press('Enter');

    await page.goto(`${service.url}/activate#${string}`);
    expect(await findings(page)).toEqual([]);
    watch.isChosen = false;
    await press('My fob is a watch');
    await page.getByRole('alert').filter({ hasText: 'No fob was chosen' }).waitFor();
    watch.isChosen = true;
    await press('My fob is a watch');
    const code = page.getByLabel('Code on the fob’s screen');
    await code.waitFor();

    await watch.leave();
    await page.getByRole('alert').filter({ hasText: 'not connected any more' }).waitFor();
    // The page connects again by itself: the watch was chosen.
    watch.isNear = true;
    await code.waitFor();
    await expect.poll(fob.code).toMatch(CODE);
    await code.fill(await fob.code());
    await page.keyboard.press('Enter');
    const isActive = async () => {
      await fob.approve();
      return page.getByRole('heading', { name: 'Your fob is active' }).isVisible();
    };
    await expect.poll(isActive).toBe(true);
    expect(await findings(page)).toEqual([]);
    secret(await page.locator('#ticket').inputValue());
    expect(await service.tokens()).toMatchObject([{ user: 'ada', state: 'active' }]);
    expect(complaints).toEqual([]);
  },
);
