import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromiumWith, type OpenPage } from '../../kit/browser.ts';
import { freePort } from '../../kit/free-port.ts';
import { secret } from '../../kit/secrets.ts';
import { png } from '../../unit/enrol/images.ts';
import { fobAtHand } from '../../unit/host/kit/simulated-fob.ts';
import { plugInto } from './cable.ts';
import { codeOf, furnished, handedOver, needsFobs, qrPicture } from './kit.ts';

const SHORT_MS = 100;

/** Plugs a blank fob into a page. */
async function withFob({ context, page, errors, press }: OpenPage, others: 'none' | 'silent' = 'none') {
  const fob = await fobAtHand();
  const addresses: string[] = [];
  page.on('request', request => addresses.push(request.url().split('#')[0] ?? ''));
  await plugInto(context, page, fob.tcp, others);
  const heading = (name: string) => page.getByRole('heading', { name });
  const alert = (text: string) => page.getByRole('alert').filter({ hasText: text });
  return { fob, page, addresses, errors, press, heading, alert };
}

/** Makes a page that gets no picture before the test lets it. */
async function readsLate(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const whole = window.createImageBitmap.bind(window);
    const held = new Promise<void>(resolve => Object.assign(window, { letRead: resolve }));
    const late = async (source: Blob) => {
      await held;
      return whole(source);
    };
    Object.assign(window, { createImageBitmap: late });
  });
}

/** Checks that the link leads to the page for used links, where nothing can be tried again. */
async function expectSpent({ page, press, alert }: Awaited<ReturnType<typeof withFob>>, link: string) {
  await page.goto(link);
  await press('Choose my fob');
  await alert('This activation is not valid').waitFor();
  const offered = await page.getByRole('button').filter({ visible: true }).allTextContents();
  expect(offered).toEqual(['Use another string']);
  expect(await inspect(page)).toEqual([]);
}

describeInChromiumWith({ need: needsFobs }, 'an enrolment by the activation page', open => {
  it('a link leads to an active token in Chromium: the cable is pulled and the service restarted on the way', async () => {
    const logged: string[] = [];
    const log = (...said: unknown[]) => void logged.push(JSON.stringify(said));
    // No other program gets it while the service is away.
    const port = await freePort();
    const { rig, service, office } = await furnished(['ada'], { log, port });
    const string = await handedOver(office, service, 'ada');
    const at = await withFob(await open());
    const { fob, page, addresses, errors, press, heading, alert } = at;

    await page.goto(`${service.url}/activate#${string}`);
    await press('Choose my fob');
    const code = page.getByLabel('Code on the fob’s screen');
    await code.waitFor();
    expect(await code.evaluate(field => field === document.activeElement)).toBe(true);
    expect(await page.locator('#user').textContent()).toBe('For ada.');
    expect(await inspect(page)).toEqual([]);

    await fob.ask({ do: 'unplug' });
    await alert('not connected any more').waitFor();
    expect(await inspect(page)).toEqual([]);
    await fob.ask({ do: 'replug' });
    await code.waitFor();
    await code.fill(await codeOf(fob));
    await page.keyboard.press('Enter');

    const asksForPress = page.locator('li[data-step="press"][data-state="now"]');
    await asksForPress.waitFor();
    await service.close();
    await page.getByRole('status').filter({ hasText: 'connection was lost' }).waitFor();
    const again = await rig.start({ clock: Date.now, log, port });
    await asksForPress.waitFor();
    // The earlier question may still be on the screen: a person answers each question, as often as it appears.
    const isActive = async () => {
      await fob.approve();
      return heading('Your fob is active').isVisible();
    };
    await expect.poll(isActive).toBe(true);

    expect(await inspect(page)).toEqual([]);
    secret(await page.locator('#ticket').inputValue());
    const [token] = await again.tokens();
    expect(token).toMatchObject({ user: 'ada', state: 'active' });
    expect(await page.locator('#serial').textContent()).toBe(token?.serial);
    const used = await office.store.db.selectFrom('activations').select(['state', 'step']).execute();
    expect(used).toEqual([{ state: 'used', step: 'done' }]);
    // The string is nowhere in the page any more, and was in no request and no log.
    expect((await page.content()).toLowerCase().includes(string)).toBe(false);
    await press('Open your page');
    await heading('Try a passcode').waitFor();
    expect([...addresses, ...logged].join('\n').includes(string.slice(3))).toBe(false);
    expect(errors).toEqual([]);
    await expectSpent(at, `${service.url}/activate#${string}`);
  });

  it('a port that the page was allowed before is used without a list, and a silent port is passed over', async () => {
    const { service, office } = await furnished(['ada']);
    const string = await handedOver(office, service, 'ada');
    const { fob, page, press } = await withFob(await open(), 'silent');
    await readsLate(page);

    await page.goto(`${service.url}/activate#${string}`);
    const use = page.getByRole('button', { name: 'Use the fob that is plugged in' });
    await use.waitFor();
    const image = page.locator('#image');
    const buffer = Buffer.from(png(qrPicture(string)));
    await image.setInputFiles({ name: 'qr.png', mimeType: 'image/png', buffer });
    expect(await inspect(page)).toEqual([]);
    await use.press('Enter');
    const code = page.getByLabel('Code on the fob’s screen');
    await code.waitFor();
    // The earlier picture has been read by now: the present step stays.
    await page.evaluate(() => Reflect.get(window, 'letRead')());
    await expect.poll(() => image.inputValue()).toBe('');
    expect(await code.isVisible()).toBe(true);
    expect(await inspect(page)).toEqual([]);
    const shown = await codeOf(fob);
    await fob.ask({ do: 'press', heldMs: SHORT_MS });
    await expect.poll(async () => (await fob.code()) === shown).toBe(false);
    // The characters typed by then stay, and typing continues.
    await code.fill(shown.slice(0, 4));
    await press('Show the code again');
    await page.getByRole('status').filter({ hasText: 'shows its code again' }).waitFor();
    await expect.poll(async () => (await fob.code()) === shown).toBe(true);
    await page.keyboard.press('End');
    await page.keyboard.type(shown.slice(4));
    await page.keyboard.press('Enter');
    await page.locator('li[data-step="press"][data-state="now"]').waitFor();
    await press('Stop');
    await use.waitFor();
  });
});
