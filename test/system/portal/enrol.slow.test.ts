import { chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { Rig } from '../../service/kit.ts';
import { Office } from '../../service/users/kit.ts';
import { png } from '../../unit/enrol/images.ts';
import { fobAtHand, needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { plugInto } from './cable.ts';
import { findings, handedOver, needsPortal, qrPicture } from './kit.ts';

const SHORT_MS = 100;
/** Six groups of a pairing code. */
const CODE = /^(?:[a-z0-9]{3} ?){6}$/i;
const needs = { name: 'npm run build, and chromium', found: needsBuild.found && needsPortal.found };

/** Returns a blank fob, and a page in Chromium that it is plugged into. */
async function furnished(executablePath: string, others: 'none' | 'silent' = 'none') {
  const fob = await fobAtHand();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const addresses: string[] = [];
  const complaints: string[] = [];
  page.on('request', request => addresses.push(request.url().split('#')[0] ?? ''));
  page.on('pageerror', error => complaints.push(error.message));
  await plugInto(context, page, fob.tcp, others);
  const press = (name: string) => page.getByRole('button', { name }).press('Enter');
  const heading = (name: string) => page.getByRole('heading', { name });
  const alert = (text: string) => page.getByRole('alert').filter({ hasText: text });
  return { fob, page, addresses, complaints, press, heading, alert };
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
async function expectSpent(
  { page, press, alert }: Awaited<ReturnType<typeof furnished>>,
  link: string,
): Promise<void> {
  await page.goto(link);
  await press('Choose my fob');
  await alert('This activation is not valid').waitFor();
  const offered = await page.getByRole('button').filter({ visible: true }).allTextContents();
  expect(offered).toEqual(['Use another string']);
  expect(await findings(page)).toEqual([]);
}

itNeeds(
  needs,
  'a link leads to an active token in Chromium: the cable is pulled and the service restarted on the way',
  async executablePath => {
    await using rig = new Rig();
    const logged: string[] = [];
    const log = (...said: unknown[]) => void logged.push(JSON.stringify(said));
    // No other program gets it while the service is away.
    const port = await freePort();
    const service = await rig.start({ clock: Date.now, log, port });
    await using office = await Office.beside(rig);
    office.nowMs = Date.now();
    await office.users('ada');
    const string = await handedOver(office, service, 'ada');
    const at = await furnished(executablePath);
    const { fob, page, addresses, complaints, press, heading, alert } = at;

    await page.goto(`${service.url}/activate#${string}`);
    await press('Choose my fob');
    const code = page.getByLabel('Code on the fob’s screen');
    await code.waitFor();
    expect(await code.evaluate(field => field === document.activeElement)).toBe(true);
    expect(await page.locator('#user').textContent()).toBe('For ada.');
    expect(await findings(page)).toEqual([]);

    await fob.ask({ do: 'unplug' });
    await alert('not connected any more').waitFor();
    expect(await findings(page)).toEqual([]);
    await fob.ask({ do: 'replug' });
    await code.waitFor();
    // The fob draws it a moment after the answer.
    await expect.poll(fob.code).toMatch(CODE);
    await code.fill(await fob.code());
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

    expect(await findings(page)).toEqual([]);
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
    expect(complaints).toEqual([]);
    await expectSpent(at, `${service.url}/activate#${string}`);
  },
);

itNeeds(
  needs,
  'a port that the page was allowed before is used without a list, and a silent port is passed over',
  async executablePath => {
    await using rig = new Rig();
    const service = await rig.start({ clock: Date.now });
    await using office = await Office.beside(rig);
    office.nowMs = Date.now();
    await office.users('ada');
    const string = await handedOver(office, service, 'ada');
    const { fob, page, press } = await furnished(executablePath, 'silent');
    await readsLate(page);

    await page.goto(`${service.url}/activate#${string}`);
    const use = page.getByRole('button', { name: 'Use the fob that is plugged in' });
    await use.waitFor();
    const image = page.locator('#image');
    const buffer = Buffer.from(png(qrPicture(string)));
    await image.setInputFiles({ name: 'qr.png', mimeType: 'image/png', buffer });
    expect(await findings(page)).toEqual([]);
    await use.press('Enter');
    const code = page.getByLabel('Code on the fob’s screen');
    await code.waitFor();
    // The earlier picture has been read by now: the present step stays.
    await page.evaluate(() => Reflect.get(window, 'letRead')());
    await expect.poll(() => image.inputValue()).toBe('');
    expect(await code.isVisible()).toBe(true);
    expect(await findings(page)).toEqual([]);
    // The fob draws it a moment after the answer.
    await expect.poll(fob.code).toMatch(CODE);
    const shown = await fob.code();
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
  },
);
