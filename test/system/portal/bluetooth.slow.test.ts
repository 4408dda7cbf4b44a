import { expect, onTestFinished } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { newPage, startChromium } from '../../kit/browser.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { EmulatedWatch, WEB_BLUETOOTH } from '../../unit/host/cables/web/emulated-watch.ts';
import { fobAtHand } from '../../unit/host/kit/simulated-fob.ts';
import { codeOf, furnished, handedOver, needsFobs } from './kit.ts';

itNeeds(
  needsFobs,
  'a link leads to an active token on a watch over Bluetooth in Chromium: the connection is lost on the way',
  async executablePath => {
    const { service, office } = await furnished(['ada']);
    const string = await handedOver(office, service, 'ada');
    const fob = await fobAtHand('--board', 'banglejs2');
    const browser = await startChromium(executablePath, WEB_BLUETOOTH);
    onTestFinished(() => browser.close());
    const { context, page, errors, press } = await newPage(browser);
    const watch = await EmulatedWatch.near(browser, context, page, fob.tcp);
    onTestFinished(() => watch.close());

    await page.goto(`${service.url}/activate#${string}`);
    expect(await inspect(page)).toEqual([]);
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
    await code.fill(await codeOf(fob));
    await page.keyboard.press('Enter');
    const isActive = async () => {
      await fob.approve();
      return page.getByRole('heading', { name: 'Your fob is active' }).isVisible();
    };
    await expect.poll(isActive).toBe(true);
    expect(await inspect(page)).toEqual([]);
    secret(await page.locator('#ticket').inputValue());
    expect(await service.tokens()).toMatchObject([{ user: 'ada', state: 'active' }]);
    expect(errors).toEqual([]);
  },
);
