import { randomBytes } from 'node:crypto';
import { readPairingCode } from '@passfob/protocol/pairing';
import { createTask, listTasks } from '@passfob/service/features/care/tasks';
import { connect } from 'passfob/client/client';
import { openTransport, readAddress } from 'passfob/transports/discover';
import { chromium } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { itNeeds } from '../../kit/tools.ts';
import { makeAssignedBy } from '../../service/kit/fob.ts';
import { Rig } from '../../service/kit.ts';
import { signInTokenOf } from '../../service/self-service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { fobAtHand, needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { plugInto } from './cable.ts';
import { findings, needsPortal } from './kit.ts';

const needs = { name: 'npm run build, and chromium', found: needsBuild.found && needsPortal.found };

/** Starts a service with Ada's fob, and Chromium, which the fob is plugged into, at her page. */
async function furnished(executablePath: string, rig: Rig) {
  const service = await rig.start({ clock: Date.now });
  const office = await Office.beside(rig);
  onTestFinished(() => office[Symbol.asyncDispose]());
  office.nowMs = Date.now();
  await office.users('ada');
  await office.token('ada', { label: 'spare' });
  const fob = await fobAtHand();
  const client = connect(await openTransport(readAddress(fob.tcp)), {
    random: length => new Uint8Array(randomBytes(length)),
  });
  const owned = await makeAssignedBy(office, client, async () => {
    await expect.poll(() => fob.code()).toMatch(/^(?:[a-z0-9]{3} ?){6}$/i);
    return secret(readPairingCode(await fob.code()) ?? '');
  }).finally(() => client.close());
  const { db } = office.store;
  await db.updateTable('tokens').set({ fob_id: owned.id }).where('label', '=', 'spare').execute();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  await plugInto(context, page, fob.tcp);
  await page.goto(`${service.url}/activate`);
  await page.evaluate(
    value => {
      (document.getElementById('ticket') as HTMLInputElement).value = value;
      (document.getElementById('ticket-form') as HTMLFormElement).submit();
    },
    await signInTokenOf(office, 'ada'),
  );
  await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
  const tasks = async () =>
    accepted(await listTasks(db, owned.serial)).map(({ kind, state }) => `${kind} ${state}`);
  return { service, office, fob, owned, browser, page, press, tasks, complaints };
}

itNeeds(
  needs,
  'a fob that lost its time is set right through /me in Chromium, by keyboard, without a hold',
  async executablePath => {
    await using rig = new Rig();
    const { fob, page, press, tasks, complaints } = await furnished(executablePath, rig);
    for (const step of ['cutPower', 'loseTime', 'powerOn']) await fob.ask({ do: step });
    const found = await findings(page);
    await press('Set the clock now');
    await page.getByText('The clock is set as soon as the fob is connected.').waitFor();
    found.push(...(await findings(page)));
    await press('Choose my fob');
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Result');
    await page.getByText('The fob needs nothing more now.').waitFor();
    await page.getByRole('list', { name: 'This was done:' }).getByText('Set the clock').waitFor();
    found.push(...(await findings(page)));
    await page.getByRole('link', { name: 'Back to your fob' }).press('Enter');
    // Without power its clock could not vouch for the age of the memory either.
    await page.getByRole('list', { name: 'State of the fob' }).getByText('memory went back').waitFor();
    found.push(...(await findings(page)));
    expect(await tasks()).toEqual(['clock done']);
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  },
);

itNeeds(
  needs,
  'the page asks for a hold with what and why, puts it off, and goes on when the person agrees',
  async executablePath => {
    await using rig = new Rig();
    const at = await furnished(executablePath, rig);
    const { office, fob, owned, page, press, tasks, complaints } = at;
    const { db } = office.store;
    // A fob with a token in use is not erased.
    await db.updateTable('tokens').set({ fob_id: null }).where('fob_id', '=', owned.id).execute();
    accepted(await createTask(office.management, grace, { serial: owned.serial, kind: 'erase' }));
    await page.goto(`${at.service.url}/me/connect`);
    await press('Choose my fob');
    const asked = page.getByRole('alert').filter({ hasText: 'Hold the button of the fob' });
    await asked.filter({ hasText: 'Erase the fob: A person asked for it.' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await press('Not now');
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    await page.getByRole('list', { name: 'This still waits:' }).getByText('Erase the fob').waitFor();
    expect(await tasks()).toContain('erase waiting');
    await press('Connect a fob again');
    await press('Use the fob that is plugged in');
    await asked.waitFor();
    await fob.approve();
    await page.getByText('The fob is erased.').waitFor();
    expect(await tasks()).toContain('erase done');
    expect(complaints).toEqual([]);
  },
);

itNeeds(
  needs,
  'the page tells apart a fob of another owner, one that is away, and a browser that cannot reach a fob',
  async executablePath => {
    await using rig = new Rig();
    const { office, service, fob, owned, browser, page, press } = await furnished(executablePath, rig);
    const { db } = office.store;
    await db.updateTable('fobs').set({ serial: 'PF-ZZZZ-ZZZZ' }).where('id', '=', owned.id).execute();
    await page.goto(`${service.url}/me/connect`);
    await press('Choose my fob');
    await page.getByText('This fob does not belong to this service.').waitFor();
    await fob.ask({ do: 'unplug' });
    await press('Connect a fob again');
    await press('Use the fob that is plugged in');
    await page.getByRole('alert').filter({ hasText: 'could not open the fob' }).waitFor();
    const poor = await browser.newContext({ bypassCSP: true });
    await poor.addCookies(await page.context().cookies());
    const other = await poor.newPage();
    other.setDefaultTimeout(PATIENCE_MS);
    await other.addInitScript(() => {
      for (const name of ['serial', 'hid', 'bluetooth'])
        Object.defineProperty(navigator, name, { value: undefined });
    });
    await other.goto(`${service.url}/me/connect`);
    await other.getByText('This browser cannot reach a fob.').waitFor();
    await other.getByText(`passfob care --service ${service.url}`).waitFor();
    expect(await findings(other)).toEqual([]);
  },
);
