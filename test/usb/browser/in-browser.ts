import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import type { NewToken } from '../../../host/service/tokens/issue.ts';
import { pageScript, stepsOf } from '../../host/cables/web/steps.ts';
import { secret } from '../../kit/secrets.ts';
import { add, codeNow, newToken, Rig } from '../../service/kit.ts';
import type { DeviceKind } from '../agent-words.ts';
import { program } from '../bundles.ts';
import type { Guest } from '../guest.ts';
import { type Board, SimulatedDevice } from '../simulator.ts';
import { GuestBrowser } from './guest-browser.ts';
import { GuestService, ORIGIN } from './guest-service.ts';

const DEVICE_PATIENCE = { timeout: 60_000, interval: 250 };

/** The pairing code as a person reads it off the display. */
async function codeOn(device: SimulatedDevice): Promise<string> {
  const { text } = await device.do('screen', { bitmap: 'none' });
  return secret((text as string[]).filter(line => /^[a-z0-9]{3} [a-z0-9]{3}$/.test(line)).join(''));
}

/** A service whose `bob` has a token, with the browser before it. */
async function open(guest: Guest, executable: string) {
  await using rig = new Rig();
  rig.clock.nowMs = Date.now();
  const outside = await rig.start();
  const bobs: NewToken = await add(outside, newToken({ user: 'bob' }));
  await outside.close();
  const file = await program('passfob');
  const [service, browser] = await Promise.all([
    GuestService.start(guest, file, rig.directory),
    GuestBrowser.start(guest, executable, ORIGIN),
  ]);
  const close = async () => {
    await browser.close();
    await service.close();
  };
  return { bobs, page: browser.page, close };
}

/** Has the page talk to a new fob of this board, whose cable is pulled in between. */
async function pairs(guest: Guest, page: Page, kind: DeviceKind, board: Board): Promise<void> {
  await page.goto(`${ORIGIN}/login`);
  // Not as an element: the page's policy lets no scripts in.
  await page.evaluate(await pageScript());
  const steps = stepsOf(page);
  const granted = (count: number) => expect.poll(() => steps('granted', kind), DEVICE_PATIENCE).toBe(count);
  // A guest that still sets up a device may be too slow for the first words.
  const opened = () => vi.waitFor(() => steps('open', kind), DEVICE_PATIENCE);

  // Chromium watches ports from the first question on: of one that is plugged in meanwhile it does not see the end.
  await granted(0);
  const device = await SimulatedDevice.startIn(guest, board);
  onTestFinished(() => device.stop());
  await granted(1);
  const { serial, state } = await opened();
  expect(state).toBe('blank');
  await steps('startPairing');
  await steps('pair', await codeOn(device));
  const owned = { serial, state: 'owned', accounts: 0 };
  expect(await steps('enter')).toEqual(owned);

  const closed = steps('closed');
  await device.do('unplug');
  expect(await closed).toBe('unplugged');
  await granted(0);
  await device.do('replug');
  await granted(1);
  await opened();
  expect(await steps('enter')).toEqual(owned);
  await steps('close');
  await device.do('unplug');
  await guest.ask({ do: 'gone', kind });
}

/** A real browser on the real USB stack, before pages of the service: all of it in the guest. */
export function inBrowser(guestOf: () => Guest, executable: string): void {
  let there: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    there = await open(guestOf(), executable);
  });
  afterAll(() => there?.close());

  it('a person logs in at the service', async () => {
    const { page, bobs } = there;
    await page.goto(`${ORIGIN}/login`);
    await page.getByLabel('User name').fill('bob');
    await page.getByLabel('Passcode').fill(codeNow(bobs, Date.now()));
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Logged in', exact: true }).waitFor();
  });

  it.each<[string, DeviceKind, Board]>([
    ['Web Serial', 'serial', 'pico'],
    ['WebHID', 'hid', 'pico-hid'],
  ])('%s pairs a fob, and finds it again after the cable was out', (_what, kind, board) =>
    pairs(guestOf(), there.page, kind, board),
  );
}
