import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { needsBuild } from '../host/kit/simulated-fob.ts';
import { describeNeeds } from '../kit/tools.ts';
import { needsPortal } from '../portal/kit.ts';
import { Town } from './alone/town.ts';

// A browser, a fob, a service and the command line start.
vi.setConfig({ testTimeout: 120_000 });

const needs = { name: 'npm run build, and chromium', found: needsBuild.found && needsPortal.found };
const LOGGED_IN = /You are logged in as ada\b/;
/** Passcodes that somebody shows for fun, more than a policy looks ahead. */
const FOR_FUN = 30;

describeNeeds(needs, 'somebody who does what is written, and nothing else', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  it('gets from the mail by its link to a PIN and an accepted log-in', async () => {
    await using town = await Town.open(browser, { kind: 'totp', pinPlace: 'service', pinMinDigits: 6 });
    const ada = await town.invited({ hasBrowserForFobs: true });
    await ada.until(LOGGED_IN);
  });

  it('gets from the mail by the command line to an accepted log-in, and from a forgotten PIN to a new one', async () => {
    await using town = await Town.open(browser, { kind: 'hotp', pinPlace: 'service', pinMinDigits: 6 });
    const ada = await town.invited({ hasBrowserForFobs: false });
    await ada.until(LOGGED_IN);
    ada.hasForgotten = true;
    await ada.browseTo(ada.address);
    await ada.until(LOGGED_IN);
  });

  it('gets from passcodes that are all refused to an accepted log-in', async () => {
    await using town = await Town.open(browser, { kind: 'hotp' });
    const ada = await town.invited({ hasBrowserForFobs: false });
    await ada.until(LOGGED_IN);
    for (const wantsFobFound of [true, false]) {
      for (let shown = 0; shown < FOR_FUN; shown++) await ada.showForFun();
      const refusals = ada.refusals;
      ada.wantsFobFound = wantsFobFound;
      await ada.browseTo(ada.address);
      await ada.until(LOGGED_IN);
      expect(ada.refusals).toBe(refusals + 1);
    }
  });
});
