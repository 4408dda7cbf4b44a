import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../kit/free-port.ts';
import { Premises } from '../../../service/serve/kit.ts';
import type { DeviceKind } from '../agent-phrases.ts';
import type { Guest } from '../guest.ts';
import { type Board, SimulatedDevice } from '../simulator.ts';
import { mailedLinks } from './activations.ts';
import { answerQuestion, nextPasscode, pairingCodeOn, screenOf } from './fob-at-hand.ts';
import { GuestBrowser } from './guest-browser.ts';

const PATIENCE = { timeout: 300_000, interval: 250 };
/** For text that is on the screen now: where it has gone meanwhile, check again. */
const AT_ONCE = { timeout: 10_000, interval: 100 };
const USERS = { serial: 'ada', hid: 'bob' } as const;

/** A service whose users were sent activations, outside of the guest, and in it the browser, which sees it on its loopback. */
async function open(guest: Guest, executable: string) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const sent = await mailedLinks(origin, Object.values(USERS));
  const premises = new Premises(sent.directory);
  await premises.serve(['--port', `${port}`]);
  await guest.ask({ do: 'lead', port });
  const browser = await GuestBrowser.start(guest, executable, origin);
  const close = async () => {
    await browser.close();
    await premises[Symbol.asyncDispose]();
    await sent[Symbol.asyncDispose]();
  };
  const linkOf = (user: string) => sent.links.get(user) ?? '';
  return { origin, linkOf, page: browser.page, close };
}

/** Plays the person at the page and at the fob: from the mail's link until the page says that the fob is active. */
async function activates(page: Page, link: string, plugIn: () => Promise<SimulatedDevice>) {
  await page.goto(link);
  const use = page.getByRole('button', { name: 'Use the fob that is plugged in' });
  await page.getByRole('heading', { name: 'Plug in your fob' }).waitFor();
  // Chromium watches ports from the first question on: it misses the removal of a port that was plugged in before.
  expect(await use.isVisible()).toBe(false);
  const device = await plugIn();
  await use.click();
  const code = page.getByLabel('Code on the fob’s screen');
  await code.waitFor();

  await device.do('unplug');
  await page.getByRole('alert').filter({ hasText: 'not connected any more' }).waitFor();
  await code.waitFor({ state: 'hidden' });
  await device.do('replug');
  await code.waitFor();

  const isActive = async () => {
    // A connection that was lost on the way starts again, and asks again.
    if (await code.isVisible()) {
      await code.fill(await pairingCodeOn(device, AT_ONCE), AT_ONCE);
      await code.press('Enter', AT_ONCE);
    }
    await answerQuestion(device);
    return page.getByRole('heading', { name: 'Your fob is active' }).isVisible();
  };
  try {
    await expect.poll(isActive, PATIENCE).toBe(true);
  } catch (cause) {
    throw new Error(`not active: ${await stateOf(page, device)}`, { cause });
  }
  return device;
}

/** Returns the state of page and fob, without any typed text. */
async function stateOf(page: Page, device: SimulatedDevice): Promise<string> {
  const said = page.locator('h1, h2, button, [role=alert], [role=status]').filter({ visible: true });
  const screen = (await screenOf(device)).map(line => line.replace(/\b[a-z0-9]{3} ?[a-z0-9]{3}\b/g, '…'));
  return JSON.stringify({ page: await said.allTextContents(), screen });
}

async function logsIn(page: Page, origin: string, user: string, passcode: string): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Passcode').fill(passcode);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Logged in', exact: true }).waitFor();
}

/** Plays a person whose fob lost its power and its time: at `/me` the service sets its clock over this browser. */
async function setsTheClock(
  page: Page,
  origin: string,
  user: string,
  device: SimulatedDevice,
): Promise<void> {
  await page.goto(`${origin}/me/sign-in`);
  await page.getByLabel('User name').fill(user);
  await page.getByRole('textbox', { name: 'Passcode' }).fill(await nextPasscode(device));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
  await page.getByRole('button', { name: 'Set the clock now' }).click();
  const use = page.getByRole('button', { name: 'Use the fob that is plugged in' });
  await use.waitFor();
  for (const step of ['cutPower', 'loseTime', 'powerOn']) await device.do(step);
  await use.waitFor();
  const again = page.getByRole('button', { name: 'Connect a fob again' });
  const isDone = async () => {
    // The device appears anew a while after its power came back.
    if (await use.isVisible()) await use.click(AT_ONCE);
    if (await page.getByText('The fob needs nothing more now.').isVisible()) return true;
    if (await again.isVisible()) await again.click(AT_ONCE);
    return false;
  };
  try {
    await expect.poll(isDone, PATIENCE).toBe(true);
  } catch (cause) {
    throw new Error(`not cared for: ${await stateOf(page, device)}`, { cause });
  }
  await page.getByRole('list', { name: 'This was done:' }).getByText('Set the clock').waitFor();
}

/** A real browser on the real USB stack, before pages of the service: all of it in the guest. */
export function inBrowser(guestOf: () => Guest, executable: string): void {
  let there: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    there = await open(guestOf(), executable);
  });
  afterAll(() => there?.close());

  it.each<[string, DeviceKind, Board]>([
    ['Web Serial', 'serial', 'pico'],
    ['WebHID', 'hid', 'pico-hid'],
  ])(
    'over %s a mail’s link leads to an active token and a log-in, the cable pulled on the way; over Web Serial /me then sets a lost time',
    async (_what, kind, board) => {
      const { page, origin, linkOf } = there;
      const plugIn = async () => {
        const device = await SimulatedDevice.startIn(guestOf(), board);
        onTestFinished(() => device.stop());
        return device;
      };
      const device = await activates(page, linkOf(USERS[kind]), plugIn);
      await logsIn(page, origin, USERS[kind], await nextPasscode(device));
      // Once: the carrier is the same over both.
      if (kind === 'serial') await setsTheClock(page, origin, USERS[kind], device);
      await device.do('unplug');
      await guestOf().ask({ do: 'gone', kind });
    },
  );
}
