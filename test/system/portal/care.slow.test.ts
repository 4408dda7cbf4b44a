import { randomBytes } from 'node:crypto';
import { readPairingCode } from '@passfob/protocol/pairing';
import { eraseFob } from '@passfob/service/subjects/care/task-acts';
import { listTasks } from '@passfob/service/subjects/care/tasks';
import { connect } from 'passfob/client/client';
import { openTransport, readAddress } from 'passfob/transports/discover';
import type { BrowserContextOptions } from 'playwright-core';
import { expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromiumWith, type OpenPage } from '../../kit/browser.ts';
import { secret } from '../../kit/secrets.ts';
import { makeAssignedBy } from '../../service/kit/fob.ts';
import { signInTokenOf } from '../../service/self-service/kit.ts';
import { accepted, grace } from '../../service/users/kit.ts';
import { fobAtHand } from '../../unit/host/kit/simulated-fob.ts';
import { plugInto } from './cable.ts';
import { codeOf, enterBy, furnished, needsFobs } from './kit.ts';

/** Starts a service with Ada's fob, and opens her page in a browser that the fob is plugged into. */
async function atHerPage(open: (options: BrowserContextOptions) => Promise<OpenPage>) {
  const { service, office } = await furnished(['ada']);
  await office.token('ada', { label: 'spare' });
  const fob = await fobAtHand();
  const client = connect(await openTransport(readAddress(fob.tcp)), {
    random: length => new Uint8Array(randomBytes(length)),
  });
  const code = async () => secret(readPairingCode(await codeOf(fob)) ?? '');
  const owned = await makeAssignedBy(office, client, code).finally(() => client.close());
  const { db } = office.store;
  await db.updateTable('tokens').set({ fob_id: owned.id }).where('label', '=', 'spare').execute();
  const { context, page, errors, press } = await open({ bypassCSP: true });
  await plugInto(context, page, fob.tcp);
  await enterBy(page, service, await signInTokenOf(office, 'ada'));
  await page.getByRole('heading', { name: 'Try a passcode' }).waitFor();
  const tasks = async () =>
    accepted(await listTasks(db, owned.serial)).map(({ kind, state }) => `${kind} ${state}`);
  return { service, office, fob, owned, page, press: (name: string) => press(name, true), tasks, errors };
}

describeInChromiumWith({ need: needsFobs }, 'the page of a user with a fob', open => {
  it('a fob that lost its time is set right through /me in Chromium, by keyboard, without a hold', async () => {
    const { fob, page, press, tasks, errors } = await atHerPage(open);
    for (const step of ['cutPower', 'loseTime', 'powerOn']) await fob.ask({ do: step });
    const found = await inspect(page);
    await press('Set the clock now');
    await page.getByText('The clock is set as soon as the fob is connected.').waitFor();
    found.push(...(await inspect(page)));
    await press('Choose my fob');
    await page.getByRole('heading', { name: 'Result' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Result');
    await page.getByText('The fob needs nothing more now.').waitFor();
    await page.getByRole('list', { name: 'This was done:' }).getByText('Set the clock').waitFor();
    found.push(...(await inspect(page)));
    await page.getByRole('link', { name: 'Back to your fob' }).press('Enter');
    // Without power its clock could not vouch for the age of the memory either.
    await page.getByRole('list', { name: 'State of the fob' }).getByText('memory went back').waitFor();
    found.push(...(await inspect(page)));
    expect(await tasks()).toEqual(['clock done']);
    expect(found).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('the page asks for a hold with what and why, puts it off, and goes on when the person agrees', async () => {
    const at = await atHerPage(open);
    const { office, fob, owned, page, press, tasks, errors } = at;
    const { db } = office.store;
    // A fob with a token in use is not erased.
    await db.updateTable('tokens').set({ fob_id: null }).where('fob_id', '=', owned.id).execute();
    accepted(await eraseFob(office.management, grace, { serial: owned.serial }));
    await page.goto(`${at.service.url}/me/connect`);
    await press('Choose my fob');
    const asked = page.getByRole('alert').filter({ hasText: 'Hold the button of the fob' });
    await asked.filter({ hasText: 'Erase the fob: A person asked for it.' }).waitFor();
    expect(await inspect(page)).toEqual([]);
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
    expect(errors).toEqual([]);
  });

  it('the page tells apart a fob of another owner, one that is away, and a browser that cannot reach a fob', async () => {
    const { office, service, fob, owned, page, press } = await atHerPage(open);
    const { db } = office.store;
    await db.updateTable('fobs').set({ serial: 'PF-ZZZZ-ZZZZ' }).where('id', '=', owned.id).execute();
    await page.goto(`${service.url}/me/connect`);
    await press('Choose my fob');
    await page.getByText('This fob does not belong to this service.').waitFor();
    await fob.ask({ do: 'unplug' });
    await press('Connect a fob again');
    await press('Use the fob that is plugged in');
    await page.getByRole('alert').filter({ hasText: 'could not open the fob' }).waitFor();
    const { context, page: other } = await open({ bypassCSP: true });
    await context.addCookies(await page.context().cookies());
    await other.addInitScript(() => {
      for (const name of ['serial', 'hid', 'bluetooth'])
        Object.defineProperty(navigator, name, { value: undefined });
    });
    await other.goto(`${service.url}/me/connect`);
    await other.getByText('This browser cannot reach a fob.').waitFor();
    await other.getByText(`passfob care --service ${service.url}`).waitFor();
    expect(await inspect(other)).toEqual([]);
  });
});
