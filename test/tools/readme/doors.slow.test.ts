import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulatorControl } from '@passfob/demo/play/control';
import { decide, readPairingCode, readPasscode } from '@passfob/demo/play/person';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { newPage, startChromium } from '../../kit/browser.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { started } from '../../kit/started.ts';
import { itNeeds, type Need, tool } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { blocksOf } from './blocks.ts';
import { onTerminal, type Reaction } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/start/it.md'), 'utf8');

/** The service's name until an administrator gives it another: the issuer on the fob. */
const SERVICE_NAME = 'Passfob';

const needs: Need<{ readonly socat: string; readonly chromium: string }> = {
  name: 'npm run build, socat and chromium',
  found: programs(),
};

function programs(): { readonly socat: string; readonly chromium: string } | undefined {
  const [socat, browser] = [tool('socat'), tool('chromium')];
  if (needsBuild.found === undefined || socat === undefined || browser === undefined) return undefined;
  return { socat, chromium: browser };
}

/** Returns the page's only command line with this word in it. */
function commandWith(word: string): string {
  const found = blocksOf(PAGE)
    .flatMap(({ text }) => text.split('\n'))
    .filter(line => line.includes(` passfob ${word}`));
  expect(found, `docs/start/it.md has one line of: passfob ${word}`).toHaveLength(1);
  return found[0] ?? '';
}

/** Returns a name on a page of the service, which docs/start/it.md tells its reader to select. */
function named(label: string): string {
  expect(PAGE).toContain(`*${label}*`);
  return label;
}

/** Runs a program of the page in the background until the test ends. */
function inBackground(command: string, place: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
  const [program = '', ...args] = command.split(' ');
  return started(program, args, { ...place, endsBy: 'SIGTERM' });
}

/** Does what the page says with an administrator's browser; returns the activation string. */
async function sendActivation(page: Page, link: string): Promise<string> {
  await page.goto(link);
  await page.getByRole('button', { name: named('Sign in with this link') }).click();
  await page.getByRole('link', { name: named('Users'), exact: true }).click();
  await page.getByRole('link', { name: named('Create a user') }).click();
  await page.getByLabel('User name').fill('ada');
  await page.getByRole('button', { name: 'Create a user' }).click();
  await page.getByRole('link', { name: named('Create an activation') }).click();
  await page.getByLabel(named('Fobs')).selectOption({ label: named('Blank fobs, too') });
  await page.getByRole('button', { name: 'Create an activation' }).click();
  const shown = (await page.getByRole('main').locator('code, output, pre, .string').allTextContents()).join(
    '\n',
  );
  const string = /pf1[a-z\d]{2}(?: [a-z\d]{1,5})+/.exec(shown)?.[0] ?? '';
  expect(string.length).toBeGreaterThan(60);
  secret(string.replaceAll(' ', ''));
  return secret(string);
}

/** Logs in as ada on the service's own page; returns what it answers. */
async function logIn(page: Page, url: string, passcode: string): Promise<string> {
  await page.goto(`${url}/login`);
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Passcode').fill(passcode);
  await page.getByRole('button', { name: 'Log in', exact: true }).click();
  return (await page.getByRole('main').textContent()) ?? '';
}

itNeeds(
  needs,
  'an administrator who follows docs/start/it.md sees a log-in accepted, refused and explained',
  async programs => {
    const cwd = temporaryFolder('doors');
    mkdirSync(join(cwd, 'try'));
    const { PASSFOB_DEBUG: _debug, PASSFOB_PORT: _port, ...inherited } = process.env;
    const env = { ...inherited, PASSFOB_HOME: join(cwd, 'home') };
    const program = `${process.execPath} ${join(ROOT, 'host/bin/passfob.js')}`;
    /** Any port will do, since other tests run too. */
    const own = (word: string, ...args: string[]) =>
      [commandWith(word).replace('npx passfob', program).replace('8071', '0'), ...args].join(' ');

    const place = { cwd, env };
    const service = inBackground(own('serve', '--port', '0'), place);
    const link = secret((await service.until(/http:\S+\/operator\/enter\?key=\S+/))[0]);
    const url = new URL(link).origin;
    const { child: fob } = inBackground(own('simulate', '--control', '--exit-with-parent'), place);
    const control = new SimulatorControl(fob.stdin, fob.stdout, new AbortController().signal);
    await control.watch();
    const browser = await startChromium(programs.chromium);
    onTestFinished(() => browser.close());
    const { page: admin } = await newPage(browser);
    const string = await sendActivation(admin, link);
    const reactions: Reaction[] = [
      { when: /Activation string/, does: () => `${string}\r` },
      { when: /Code on the screen/, does: async () => `${secret(await readPairingCode(control))}\r` },
      {
        when: /[Hh]old/,
        does: async () => {
          await decide(control, 'yes');
          return undefined;
        },
      },
    ];
    const activated = await onTerminal(programs.socat, own('activate'), { ...place, reactions });
    expect(activated).toMatch(/ada/);

    const { page } = await newPage(browser);
    // The passcode of this moment proved the fob, and is used up.
    const { secondsLeft = 0 } = await readPasscode(control, SERVICE_NAME);
    await new Promise(resolve => setTimeout(resolve, (secondsLeft + 1) * 1000));
    const passcode = secret((await readPasscode(control, SERVICE_NAME)).code);
    expect(await logIn(page, url, passcode)).toContain('ada');
    await page.context().clearCookies();
    expect(await logIn(page, url, passcode)).toContain('not accepted');
    await admin.goto(`${url}/operator/user?user=ada`);
    expect(await admin.getByRole('main').textContent()).toContain(named('Passcode used again'));
  },
);
