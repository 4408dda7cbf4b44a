import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds, needsTool } from '../../kit/tools.ts';
import { passfob } from '../../unit/host/kit/cli.ts';
import { cliMain, needsBuild, type SimulatedFob, simulatedFob } from '../../unit/host/kit/simulated-fob.ts';
import { signInByLink } from '../kit.ts';
import { startedService } from '../users/kit.ts';

const chromiumPath = needsTool('chromium').found;
const needs = { name: 'npm run build, chromium', found: needsBuild.found && cliMain && chromiumPath };
/** Longer than the display stays on by itself. */
const ASLEEP_MS = 120_000;

/** Wakes the fob, and holds its button on the first account. @returns the next passcode on its screen */
async function pressed(fob: SimulatedFob): Promise<string> {
  await fob.ask({ do: 'advance', ms: ASLEEP_MS });
  await fob.ask({ do: 'press', heldMs: 100 });
  await fob.ask({ do: 'advance', ms: 1_000 });
  await fob.ask({ do: 'press', heldMs: 1_300 });
  const shown = (await fob.screen()).find(line => /^\d{3} \d{3}$/.test(line.trim()));
  if (shown === undefined) throw new Error(`no passcode among: ${(await fob.screen()).join(' / ')}`);
  return secret(shown.trim());
}

/** Pairs and enrols a simulated fob by the host tool, and writes its handover file. */
async function givenFob(folder: string) {
  const fob = await simulatedFob('--clock', 'virtual');
  onTestFinished(() => fob.close());
  const home = join(folder, 'inventory');
  const password = secret(`horse ${randomBytes(8).toString('hex')}`);
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  await passfob(['pair', '--port', fob.tcp], {
    home,
    when: ['Code on the screen', async ({ type }) => type(`${await fob.code()}\n`)],
  });
  const run = (...args: string[]) => passfob([...args, '--json'], { home, input: '' });
  const account = ['--generate', '--kind', 'hotp', '--issuer', 'Example', '--label', 'bob'];
  expect((await run('enroll', ...account, '--port', fob.tcp)).exitCode).toBe(0);
  const [known] = (await run('inventory', 'list')).json().fobs as { serial: string }[];
  const file = join(folder, 'given');
  const given = await run(
    'handover',
    'give',
    known?.serial ?? '',
    '--out',
    file,
    '--password-file',
    passwordFile,
  );
  expect(given.exitCode).toBe(0);
  return { fob, file, password };
}

itNeeds(
  needs,
  'a fob enrolled by the host tool is imported by its file, assigned in Chromium, and logs its user in',
  async executablePath => {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-fob-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { fob, file, password } = await givenFob(folder);
    await using service = await startedService();
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await signInByLink(page, service);
    await page.goto(`${service.url}/operator/users/create`);
    await page.getByLabel('User name').fill('bob');
    await press('Create a user');
    await page.goto(`${service.url}/operator/import`);
    await page.getByLabel('File', { exact: true }).setInputFiles(file);
    await page.getByLabel('Password or key of the file').fill(password);
    await press('Check the file');
    await press('Import 2 rows');
    await page.getByText('2 of 2').first().waitFor();
    await page.goto(`${service.url}/operator/tokens`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Assign', exact: true }).click();
    await page.getByLabel('User name').fill('bob');
    await press('Assign');
    await page.getByText('The token is assigned.').waitFor();

    const logIn = async (passcode: string) => {
      await page.goto(`${service.url}/login`);
      await page.getByLabel('User name').fill('bob');
      await page.getByLabel('Passcode').fill(passcode);
      await Promise.all([page.waitForEvent('load'), press('Log in')]);
      return page.getByRole('heading', { level: 1 }).textContent();
    };
    const first = await pressed(fob);
    expect(await logIn(first)).toBe('Logged in');
    expect(await logIn(first)).toBe('Log in');
    expect(await logIn(await pressed(fob))).toBe('Logged in');
    expect((await service.alerts()).map(({ kind }) => kind)).toEqual(['replay']);
    const [token] = await service.tokens();
    expect(token).toMatchObject({ user: 'bob', state: 'active', kind: 'hotp' });
  },
);
