import { mailTexts } from '@passfob/service/base/texts/mail';
import { selfServiceTexts } from '@passfob/service/base/texts/self-service';
import { texts } from '@passfob/service/base/texts/texts';
import { buttonTexts } from 'passfob/button-texts';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeNeeds } from '../../kit/tools.ts';
import { needsPortal } from '../../system/portal/kit.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { sentencesOf } from './alone/sentences.ts';
import { Town } from './alone/town.ts';

const needs = { name: 'npm run build, and chromium', found: needsBuild.found && needsPortal.found };
const LOGGED_IN = /You are logged in as ada\b/;
const [, FOUND = ''] = sentencesOf(selfServiceTexts.resync.done);
/** Passcodes that are shown without a log-in, more than a policy looks ahead. */
const FOR_FUN = 30;
/** Far more than a log-in accepts as an error of a fob's clock. */
const AHEAD_MS = 600_000;
/** Time until the display of a fob is off. */
const DARK_MS = 200_000;

describeNeeds(needs, 'a person who follows only the sentences', executablePath => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  });
  afterAll(() => browser.close());

  it('a new user gets by the link of the mail to a PIN, an accepted log-in, and a corrected clock that had run away', async () => {
    await using town = await Town.open(browser, { kind: 'totp', pinPlace: 'service', pinMinDigits: 6 });
    const ada = town.reader(await town.invite(), { hasBrowserForFobs: true });
    await ada.until(LOGGED_IN);
    expect(ada.pinsChosen).toBe(1);
    await town.fob.runAhead(AHEAD_MS);
    ada.wantsFobFound = true;
    await ada.browseTo(ada.address);
    await ada.until(LOGGED_IN);
    expect(ada.read).toContain(FOUND);
    expect(town.resets).toBe(0);
  });

  it('a new user gets by the command of the mail to an accepted log-in, and from a forgotten PIN to a new one', async () => {
    await using town = await Town.open(browser, { kind: 'hotp', pinPlace: 'service', pinMinDigits: 6 });
    const ada = town.reader(await town.invite());
    await ada.until(LOGGED_IN);
    expect([ada.pinsChosen, town.resets]).toEqual([1, 0]);
    ada.hasForgotten = true;
    await ada.browseTo(ada.address);
    await ada.until(LOGGED_IN);
    // A passcode alone cannot set a new PIN: that would be one factor. The help desk removes the old one.
    expect([ada.pinsChosen, town.resets]).toEqual([2, 1]);

    ada.hasForgotten = true;
    await town.misprint(texts.login.forgottenPin, '');
    await ada.browseTo(ada.address);
    await expect(ada.until(LOGGED_IN)).rejects.toThrow('is refused again and again');
  });

  it('a user gets from refused passcodes to an accepted log-in, by the named way and by the next passcode', async () => {
    await using town = await Town.open(browser, { kind: 'hotp' });
    const ada = town.reader(await town.invite());
    await ada.until(LOGGED_IN);
    for (const wantsFobFound of [true, false]) {
      for (let shown = 0; shown < FOR_FUN; shown++) await ada.showForFun();
      ada.read.length = 0;
      ada.wantsFobFound = wantsFobFound;
      await ada.browseTo(ada.address);
      await ada.until(LOGGED_IN);
      expect([ada.refusals, ada.read.includes(FOUND)]).toEqual([1, wantsFobFound]);
    }
    expect(town.resets).toBe(0);
  });

  it('misleading, incomplete or impossible instructions lead a user nowhere', async () => {
    await using town = await Town.open(browser, { kind: 'hotp' });
    const mail = await town.invite();
    const command = (line: string): never => {
      throw new Error(`runs ${line}`);
    };
    const misled = town.reader(mail.replace(mailTexts.plugIn.blank, mailTexts.plugIn.owned), { command });
    await expect(misled.until(LOGGED_IN)).rejects.toThrow('runs passfob pair');

    const ada = town.reader(mail);
    await ada.until(LOGGED_IN);
    for (const [wrong, error] of [
      ['Press the button on your fob and type the passcode it shows.', 'the fob shows no passcode to type'],
      ['Type the passcode.', 'nobody knows how to do: Type the passcode.'],
      ['The fob knows your passcode.', 'nothing says how to get one'],
      [
        'Turn the fob round, and type the passcode that it shows.',
        'nobody knows how to do: Turn the fob round',
      ],
    ] as const) {
      await town.fob.advance(DARK_MS);
      await town.misprint(buttonTexts.typePasscode, wrong);
      const other = town.reader(mail, { patienceMs: 0 });
      await other.browseTo(ada.address);
      await expect(other.until(LOGGED_IN)).rejects.toThrow(error);
    }
    await town.misprint('<button type="submit">', '<button type="button" hidden>');
    const stuck = town.reader(mail, { patienceMs: 0 });
    await stuck.browseTo(ada.address);
    await expect(stuck.until(LOGGED_IN)).rejects.toThrow('this leads nowhere');
  });
});
