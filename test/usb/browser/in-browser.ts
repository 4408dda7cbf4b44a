import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { DeviceKind } from '../agent-phrases.ts';
import { program } from '../bundles.ts';
import type { Guest } from '../guest.ts';
import { type Board, SimulatedDevice } from '../simulator.ts';
import { mailedLinks } from './activations.ts';
import { answerQuestion, nextPasscode, pairingCodeOn, screenOf } from './fob-at-hand.ts';
import { GuestBrowser } from './guest-browser.ts';
import { GuestService, ORIGIN } from './guest-service.ts';

const PATIENCE = { timeout: 300_000, interval: 250 };
/** For text that is on the screen now: where it has gone meanwhile, check again. */
const AT_ONCE = { timeout: 10_000, interval: 100 };
const USERS = { serial: 'ada', hid: 'bob' } as const;

/** A service whose users were sent activations, with the browser before it. */
async function open(guest: Guest, executable: string) {
  await using sent = await mailedLinks(ORIGIN, Object.values(USERS));
  const [service, browser] = await Promise.all([
    GuestService.start(guest, program('passfob'), sent.directory),
    GuestBrowser.start(guest, executable, ORIGIN),
  ]);
  const close = async () => {
    await browser.close();
    await service.close();
  };
  const linkOf = (user: string) => sent.links.get(user) ?? '';
  return { linkOf, page: browser.page, close };
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

async function logsIn(page: Page, user: string, passcode: string): Promise<void> {
  await page.goto(`${ORIGIN}/login`);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Passcode').fill(passcode);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Logged in', exact: true }).waitFor();
}

/** Plays a person whose fob lost its power and its time: at `/me` the service sets its clock over this browser. */
async function setsTheClock(page: Page, user: string, device: SimulatedDevice): Promise<void> {
  await page.goto(`${ORIGIN}/me/sign-in`);
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
      const { page, linkOf } = there;
      const plugIn = async () => {
        const device = await SimulatedDevice.startIn(guestOf(), board);
        onTestFinished(() => device.stop());
        return device;
      };
      const device = await activates(page, linkOf(USERS[kind]), plugIn);
      await logsIn(page, USERS[kind], await nextPasscode(device));
      // Once: the carrier is the same over both.
      if (kind === 'serial') await setsTheClock(page, USERS[kind], device);
      await device.do('unplug');
      await guestOf().ask({ do: 'gone', kind });
    },
  );
}
