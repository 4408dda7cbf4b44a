import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Service } from '../../host/service/service.ts';
import { freePort } from '../kit/free-port.ts';
import { secret } from '../kit/secrets.ts';
import { describeNeeds, needsTool } from '../kit/tools.ts';
import { add, apiKeyOf, codeNow, newToken, Rig } from '../service/kit.ts';
import { Authority } from '../service/serve/certificates.ts';
import { documented } from './documented.ts';

/** Until something answers there. */
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
  writeFileSync(join(folder, 'login.mjs'), documented('nginx', 'js', []));
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
  const settings = {
    PASSFOB_URL: service.url,
    PASSFOB_KEY_FILE: join(folder, 'key'),
    PORT: String(helper),
  };
  const started: ChildProcess[] = [
    spawn(process.execPath, [join(folder, 'login.mjs')], { env: settings, stdio: 'inherit' }),
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

/** One browser in front of it. */
function browserAt(url: string) {
  let cookie = '';
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { ...(cookie && { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = secret(set.split(';')[0] ?? '');
    return response;
  };
  const logIn = (user: string, passcode: string, headers: Record<string, string> = {}) =>
    send('/passfob-login', { method: 'POST', body: new URLSearchParams({ user, passcode }), headers });
  /** What the application says, or where it leads. */
  const page = async () => {
    const response = await send('/page');
    const location = response.headers.get('location');
    return location === null ? response.text() : new URL(location).pathname;
  };
  return {
    logIn,
    page,
    get cookie() {
      return cookie;
    },
    set cookie(value: string) {
      cookie = value;
    },
  };
}

describeNeeds(needsTool('nginx'), 'the documented log-in in front of an application', nginx => {
  test('lets in by a passcode, once, and by no cookie of somebody else’s making', async () => {
    await using rig = new Rig();
    const service = await rig.start();
    const token = await add(service, newToken());
    await using site = await openSite(nginx, service);
    const browser = browserAt(site.url);
    expect(await browser.page()).toBe('/passfob-login');
    const passcode = codeNow(token, rig.clock.nowMs);
    expect((await browser.logIn('ada', passcode, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await browser.logIn('ada', passcode)).status).toBe(303);
    expect(await browser.page()).toBe('for ada');
    // The passcode is used up.
    expect((await browser.logIn('ada', passcode)).status).toBe(403);
    browser.cookie = browser.cookie.replace(/=[^.]+/, `=${Buffer.from('eve').toString('base64url')}`);
    expect(await browser.page()).toBe('/passfob-login');
    const outcomes = (await service.events()).map(({ outcome, source }) => [outcome, source]);
    expect(outcomes).toEqual([
      ['replay', '127.0.0.1'],
      ['accepted', '127.0.0.1'],
    ]);
  });

  test('tells the application the name that the service has, whatever was typed', async () => {
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
        expect((await browser.logIn(name, codeNow(token, rig.clock.nowMs))).status).toBe(303);
        expect(await browser.page()).toBe(`for ${header}`);
        expect(decodeURIComponent(header)).toBe(user);
      }
    }
  });
});
