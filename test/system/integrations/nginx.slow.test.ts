import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Service } from '@passfob/service/service';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../kit/free-port.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { Scene } from '../../service/agents/scene.ts';
import { add, apiKeyOf, codeNow, newToken, Rig } from '../../service/kit.ts';
import { Authority } from '../../service/serve/certificates.ts';
import { documented } from './documented.ts';

/** The program that docs/integrations/nginx.md has people run. */
const PROGRAM = fileURLToPath(new URL('../../../service/deploy/passfob-login.mjs', import.meta.url));

/** The cookie by which the program identifies a person. */
const USER = '__Host-user';

/** Waits until a server answers there. */
async function untilAnswered(url: string): Promise<void> {
  for (;;) {
    const isThere = await fetch(url, { redirect: 'manual' }).then(
      response => response.status < 500,
      () => false,
    );
    if (isThere) return;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** An application behind nginx, with the log-in of docs/integrations/nginx.md, for a service. */
async function openSite(nginx: string, service: Service) {
  const authority = new Authority();
  const { cert, key } = authority.issue();
  const folder = mkdtempSync(join(tmpdir(), 'passfob-auth-request-'));
  const application = createServer((request, response) => response.end(`for ${request.headers['x-user']}`));
  await once(application.listen(0, '127.0.0.1'), 'listening');
  const [front, helper] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'key'), apiKeyOf(service), { mode: 0o600 });
  const site = documented('nginx', 'nginx', [
    ['listen 443 ssl', `listen 127.0.0.1:${front}`],
    ['/etc/ssl/app.pem', cert],
    ['/etc/ssl/private/app.key', key],
    ['127.0.0.1:3000', `127.0.0.1:${(application.address() as AddressInfo).port}`],
    ['127.0.0.1:8490', `127.0.0.1:${helper}`],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${join(folder, kind)};`)
    .join('\n');
  const head = `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log stderr error;\nevents {}\n`;
  writeFileSync(join(folder, 'nginx.conf'), `${head}http { access_log off; ${temporary}\n${site}}`);
  const settings = { PASSFOB_URL: service.url, PASSFOB_KEY_FILE: join(folder, 'key'), PORT: String(helper) };
  const started: ChildProcess[] = [
    spawn(process.execPath, [PROGRAM], { env: settings, stdio: 'inherit' }),
    spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: 'inherit' }),
  ];
  const url = `http://127.0.0.1:${front}`;
  await untilAnswered(`${url}/passfob-login`);
  const dispose = async () => {
    for (const child of started) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    application.close();
    authority[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, [Symbol.asyncDispose]: dispose };
}

/** One browser in front of it, without scripts. */
function browserAt(url: string) {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, secret(value));
    }
    return response;
  };
  const logIn = (user: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send('/passfob-login', { method: 'POST', body: new URLSearchParams({ user, ...fields }), headers });
  /** Returns the application's text, or the place it redirects to. */
  const page = async () => {
    const response = await send('/page');
    const location = response.headers.get('location');
    return location === null ? response.text() : new URL(location).pathname;
  };
  return { logIn, page, send, cookies };
}

/** Returns the number that a waiting page shows. */
async function numberOn(response: Response): Promise<string | undefined> {
  const text = await response.text();
  return /http-equiv="refresh".*?<strong>(\d\d)</s.exec(text)?.[1];
}

/** Returns the states of all requests for a press. */
function states({ db }: Scene) {
  return async () => (await db.selectFrom('pushes').select('state').execute()).map(({ state }) => state);
}

/** A browser that waits for a press, and the fob that shows its number. */
async function sent({ url }: { readonly url: string }, fob: { readonly screen: readonly string[] }) {
  const browser = browserAt(url);
  const asked = await browser.logIn('ADA', { passcode: '', by: 'press' });
  expect([asked.status, asked.headers.get('location')]).toEqual([303, '/passfob-login']);
  const number = await numberOn(await browser.send('/passfob-login'));
  expect(number).toMatch(/^\d\d$/);
  await expect.poll(() => fob.screen).toContain(number);
  return browser;
}

describeNeeds(needsTool('nginx'), 'the documented log-in in front of an application', nginx => {
  test('nginx lets a user in by a passcode, once, and by no forged cookie', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    const token = await add(service, newToken());
    await using site = await openSite(nginx, service);
    const browser = browserAt(site.url);
    expect(await browser.page()).toBe('/passfob-login');
    const passcode = codeNow(token, rig.clock.nowMs);
    expect((await browser.logIn('ada', { passcode }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await browser.logIn('ada', { passcode })).status).toBe(303);
    expect(await browser.page()).toBe('for ada');
    // The passcode is used up.
    expect((await browser.logIn('ada', { passcode })).status).toBe(403);
    const mine = browser.cookies.get(USER) ?? '';
    const forged = JSON.parse(Buffer.from(mine.split('.')[0] ?? '', 'base64url').toString());
    forged[0] = 'eve';
    browser.cookies.set(
      USER,
      mine.replace(/^[^.]+/, Buffer.from(JSON.stringify(forged)).toString('base64url')),
    );
    expect(await browser.page()).toBe('/passfob-login');
    const outcomes = (await service.events()).map(({ outcome, source }) => [outcome, source]);
    expect(outcomes).toEqual([
      ['replay', '127.0.0.1'],
      ['accepted', '127.0.0.1'],
    ]);
  });

  test("nginx passes the service's user name to the application, however the name was typed", async () => {
    await using rig = new Rig();
    const service = await rig.start();
    await using site = await openSite(nginx, service);
    for (const [user, header, ...typed] of [
      ['ada', 'ada', 'ADA', ' ada ', '\uff41\uff44\uff41'],
      ['ada@example.org', 'ada@example.org', 'Ada@Example.ORG'],
      ['jürgen', 'j%C3%BCrgen', 'JU\u0308RGEN'],
      ['ada+x, "%40"', 'ada%2Bx%2C%20%22%2540%22', 'ada+x, "%40"'],
    ] as const) {
      const token = await add(service, newToken({ user, serial: `for-${header}` }));
      for (const name of typed) {
        rig.clock.nowMs += 60_000;
        const browser = browserAt(site.url);
        const passcode = codeNow(token, rig.clock.nowMs);
        expect((await browser.logIn(name, { passcode })).status).toBe(303);
        expect(await browser.page()).toBe(`for ${header}`);
        expect(decodeURIComponent(header)).toBe(user);
      }
    }
  });

  /** A site whose user has a fob that is plugged in. */
  async function withFob() {
    const scene = await Scene.open();
    onTestFinished(() => scene[Symbol.asyncDispose]());
    const ada = await scene.fobOf('ada');
    await scene.plugged(await scene.agent(), ada);
    const site = await openSite(nginx, scene.service);
    onTestFinished(() => site[Symbol.asyncDispose]());
    return { scene, ada, site };
  }

  test('nginx lets in the browser whose number is on the fob where the button was held, and no other', async () => {
    const { scene, ada, site } = await withFob();
    const browser = await sent(site, ada.fob);
    expect(await browser.page()).toBe('/passfob-login');
    const other = browserAt(site.url);
    // A request that waits for a press is no log-in yet, under whatever cookie name.
    other.cookies.set(USER, browser.cookies.get('__Host-press') ?? '');
    ada.fob.approve();
    await expect.poll(async () => (await browser.send('/passfob-login')).status).toBe(303);
    expect(await browser.page()).toBe('for ada');
    // The request is over: nothing waits, and no other browser has it.
    expect(await numberOn(await browser.send('/passfob-login'))).toBeUndefined();
    expect(await other.page()).toBe('/passfob-login');
    const [latest] = await scene.service.events();
    expect(latest).toMatchObject({ outcome: 'accepted', user: 'ada', source: '127.0.0.1' });
  });

  test('nginx lets nobody in where the press is denied, and takes a passcode instead', async () => {
    const { scene, ada, site } = await withFob();
    const instead = await sent(site, ada.fob);
    const form = await instead.send('/passfob-login?passcode');
    expect(await form.text()).toContain('name="passcode"');
    await expect.poll(states(scene)).toEqual(['withdrawn']);
    const token = await scene.office.token('ada');
    const passcode = secret(codeNow(token, scene.office.nowMs));
    expect((await instead.logIn('ada', { passcode })).status).toBe(303);
    expect(await instead.page()).toBe('for ada');

    const denied = await sent(site, ada.fob);
    ada.fob.deny();
    ada.fob.deny();
    await expect.poll(async () => (await denied.send('/passfob-login')).status).toBe(403);
    expect(await numberOn(await denied.send('/passfob-login'))).toBeUndefined();
    expect(await denied.page()).toBe('/passfob-login');
  });

  itNeeds(
    needsTool('chromium'),
    'the waiting page moves on by itself after a hold, without scripts',
    async path => {
      const { ada, site } = await withFob();
      const chrome = await chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-gpu'] });
      onTestFinished(() => chrome.close());
      const at = await (await chrome.newContext({ javaScriptEnabled: false })).newPage();
      at.setDefaultTimeout(PATIENCE_MS);
      await at.goto(`${site.url}/page`);
      await at.getByLabel('User name').fill('ada');
      await at.getByRole('button', { name: 'Autosend' }).press('Enter');
      const number = await at.locator('strong').textContent();
      await expect.poll(() => ada.fob.screen).toContain(number);
      ada.fob.approve();
      await at.getByText('for ada').waitFor();
    },
  );
});
