import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { webLimits } from '@passfob/service/base/limits/web';
import { type Service, startService } from '@passfob/service/service';
import {
  changeFactors,
  disableApplication,
  enableApplication,
  listApplications,
  rotateApplicationKey,
} from '@passfob/service/subjects/applications/acts';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect, test } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { add, apiKeyOf, codeAt, codeNow, NOON_MS, newToken, openLink, post, Rig } from './kit.ts';
import { watchApp } from './served.ts';
import { givePin, testOfService as it, Office, startedService } from './users/kit.ts';

/** Sends a GET with a custom Host header, which `fetch` does not allow. */
function getAs(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { headers: { host } }, response => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

function form(fields: Record<string, string>): string {
  return new URLSearchParams(fields).toString();
}

const formType = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends a log-in form like its page. */
const sendForm = (url: string, fields: Record<string, string>) =>
  fetch(`${url}/login`, { method: 'POST', body: form(fields), headers: { ...formType, origin: url } });

it('the health check answers', async service => {
  const response = await fetch(`${service.url}/health`);
  expect([response.status, await response.text()]).toEqual([200, '{"status":"ok"}']);
});

it('the API requires the application’s key, and tells strangers nothing more', async service => {
  const body = { user: 'ada', passcode: '123456' };
  const apiKey = apiKeyOf(service);
  for (const authorization of ['', apiKey, `Basic ${apiKey}`, `Bearer ${apiKey}x`, 'Bearer']) {
    const response = await post(service, '', body, { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toMatchObject({ code: 'unauthorised', status: 401, accepted: false });
  }
  expect(await service.events()).toEqual([]);
});

it('malformed requests get problem+json and are not counted as log-ins', async service => {
  const apiKey = apiKeyOf(service);
  const bodies: [unknown, number][] = [
    ['', 400],
    ['{', 400],
    ['[]', 400],
    [{}, 400],
    [{ user: 'ada' }, 400],
    [{ user: 'ada', passcode: 123456 }, 400],
    [{ user: '', passcode: '123456' }, 400],
    [{ user: 'ada', passcode: '1'.repeat(65) }, 400],
    [{ user: 'ada', passcode: '123456', admin: true }, 400],
    ['{"user":"ada","passcode":"123456","__proto__":{"x":1}}', 400],
    [{ user: 'ada', passcode: '123456', source: 'x'.repeat(5000) }, 413],
  ];
  for (const [body, status] of bodies) {
    const response = await post(service, apiKey, body);
    expect([body, response.status]).toEqual([body, status]);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status, accepted: false });
  }
  const short = { 'idempotency-key': 'short' };
  expect((await post(service, apiKey, { user: 'a', passcode: '1' }, short)).status).toBe(400);
  expect((await post(service, apiKey, 'user=ada&passcode=123456', formType)).status).toBe(415);
  expect(await service.events()).toEqual([]);
});

it('a request with another Host, as in DNS rebinding, is refused', async service => {
  const { port } = new URL(service.url);
  expect(await getAs(`${service.url}/login`, `localhost:${port}`)).toBe(200);
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.evil.example`])
    expect([host, await getAs(`${service.url}/login`, host)]).toEqual([host, 421]);
});

it('a form from another site is refused before it is parsed', async service => {
  const token = await add(service, newToken());
  const body = form({ user: 'ada', passcode: codeNow(token, NOON_MS), attempt: 'x'.repeat(22) });
  const sent = async (headers: Record<string, string>) => {
    const init = { method: 'POST', body, headers: { ...formType, ...headers } };
    return (await fetch(`${service.url}/login`, init)).status;
  };
  expect(await sent({})).toBe(403);
  expect(await sent({ origin: 'null' })).toBe(403);
  expect(await sent({ origin: 'http://evil.example' })).toBe(403);
  expect(await sent({ origin: service.url.replace(/\d+$/, '1') })).toBe(403);
  for (const site of ['cross-site', 'same-site', 'none'])
    expect(await sent({ origin: service.url, 'sec-fetch-site': site })).toBe(403);
  expect(await service.events()).toEqual([]);
  expect(await sent({ origin: service.url })).toBe(200);
});

it('the log-in form accepts, refuses, and repeats its result after a double click', async service => {
  const token = await add(service, newToken({ user: "o'<b>hara" }));
  const page = await (await fetch(`${service.url}/login`)).text();
  const attempt = /name="attempt" value="([^"]+)"/.exec(page)?.[1] ?? '';
  expect(attempt.length).toBeGreaterThan(20);
  const send = (fields: Record<string, string>) => sendForm(service.url, fields);
  const fields = { user: "O'<b>Hara", passcode: codeNow(token, NOON_MS), attempt };
  const [first, second] = await Promise.all([send(fields), send(fields)]);
  for (const response of [first, second]) {
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<strong>o&#39;&lt;b&gt;hara</strong>');
  }
  expect(await service.alerts()).toEqual([]);
  const again = await send({ ...fields, attempt: 'another page of the form' });
  expect(again.status).toBe(403);
  const refused = await again.text();
  expect(refused).toContain('The user name or passcode was not accepted.');
  expect(refused).toContain('value="O&#39;&lt;b&gt;Hara"');
  expect(refused).not.toContain(fields.passcode);
  expect((await service.alerts())[0]?.count).toBe(1);
  for (const missing of [
    {},
    { user: 'ada' },
    { passcode: '123456' },
    { user: 'x'.repeat(3000), passcode: '1' },
  ])
    expect((await send(missing)).status).toBe(403);
  const tooLong = await send({ user: 'x'.repeat(5000) });
  expect([tooLong.status, tooLong.headers.get('content-type')]).toEqual([413, 'text/html; charset=utf-8']);
});

test('the log-in form asks for its application’s current factors on every node, and is disabled with it', async () => {
  await using rig = new Rig();
  const nodes = [await rig.start(), await rig.start()];
  const token = await add(nodes[0] as Service, newToken({ kind: 'hotp' }));
  await using office = await Office.beside(rig);
  const { management } = office;
  const password = await office.password('ada');
  const pin = secret('730519');
  await office.do(resetPin, { user: 'ada' });
  await givePin(management, 'ada', pin);
  const applications = await listApplications(office.store.db);
  const id = applications.find(({ name }) => name === 'login')?.id ?? '';
  let counter = 0;
  for (const [factors, shown] of [
    ['password_otp', { password }],
    ['pin_otp', { pin }],
    ['otp', {}],
  ] as const) {
    await office.do(changeFactors, { id, factors });
    for (const { url } of nodes) {
      const page = await (await fetch(`${url}/login`)).text();
      const names = [...page.matchAll(/<input[^>]* name="(\w+)"/g)].map(([, name]) => name);
      expect(names).toEqual(['attempt', 'user', ...Object.keys(shown), 'passcode']);
      const send = (fields: Record<string, string>) =>
        sendForm(url, { user: 'ada', passcode: codeAt(token, counter), ...fields });
      if (factors !== 'otp') expect((await send({})).status).toBe(403);
      expect((await send(shown)).status).toBe(200);
      counter += 1;
    }
  }
  await office.do(disableApplication, { id });
  for (const { url } of nodes) {
    const sent = await sendForm(url, { user: 'ada', passcode: codeAt(token, counter) });
    for (const answer of [await fetch(`${url}/login`), sent])
      expect([answer.status, /<form/.test(await answer.text())]).toEqual([403, false]);
  }
  await office.do(enableApplication, { id });
  expect(await fetch(`${nodes[1]?.url}/login`)).toMatchObject({ status: 200 });
});

test('every response has its security headers; frames are allowed only when configured', async () => {
  await using plain = await startedService();
  const embeddable = await plain.rig.start({ embeddable: true });
  for (const path of [
    ...['/login', '/operator', '/operator/enter', '/health', '/assets/service.css', '/nowhere'],
  ]) {
    const { headers } = await fetch(plain.url + path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('cache-control')).toMatch(path.startsWith('/assets') ? /immutable/ : /no-store/);
  }
  const { headers } = await fetch(`${embeddable.url}/login`);
  expect(headers.get('content-security-policy')).toContain(
    'frame-ancestors http://localhost:* http://127.0.0.1:*',
  );
  expect(headers.get('x-frame-options')).toBeNull();
});

it('pages contain no inline script or style, and load only existing files', async service => {
  const entered = await openLink(service.operatorLink);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  for (const path of ['/login', '/operator']) {
    const page = await (await fetch(service.url + path, { headers: { cookie } })).text();
    expect(page).not.toMatch(/<style|style=|<script(?![^>]* src=)| on\w+=/);
    const links = [...page.matchAll(/(?:src|href)="(\/assets[^"]+)"/g)].map(match => match[1] ?? '');
    expect(links.length).toBeGreaterThan(1);
    for (const link of links) expect((await fetch(service.url + link)).status).toBe(200);
  }
});

it('a source over its rate limit waits; others do not', async service => {
  const get = async () => (await fetch(`${service.url}/login`)).status;
  const { burst, perSecond } = webLimits.sourceBucket;
  const statuses = new Set<number>();
  for (let turn = 0; turn < burst; turn++) statuses.add(await get());
  expect([...statuses]).toEqual([200]);
  const refused = await fetch(`${service.url}/login`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2']);
  expect((await post(service, apiKeyOf(service), { user: 'a', passcode: '123456' })).status).toBe(403);
  expect((await post(service, 'guess', { user: 'a', passcode: '123456' })).status).toBe(429);
  service.clock.nowMs += 1000;
  for (let turn = 0; turn < perSecond; turn++) expect(await get()).toBe(200);
  expect(await get()).toBe(429);
});

test('a service that cannot start gives the reason and leaves nothing open', async () => {
  await using rig = new Rig();
  await expect(rig.start({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'not_loopback' });
  await expect(rig.start({ host: 'example.org' })).rejects.toMatchObject({ code: 'not_loopback' });
  await expect(rig.start({ port: 70_000 })).rejects.toMatchObject({ code: 'bad_options' });
  await expect(rig.start({ lock: { threshold: -1, periodMs: 1000 } })).rejects.toMatchObject({
    code: 'bad_options',
  });
  const running = await rig.start();
  const port = Number(new URL(running.url).port);
  await expect(rig.start({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringMatching(
      new RegExp(`^Port ${port} of 127\\.0\\.0\\.1 is in use\\. .*: --port ${port + 1}$`),
    ),
  });
  const untouched = join(rig.directory, 'never-made');
  await expect(startService({ directory: untouched, port })).rejects.toMatchObject({ code: 'port_in_use' });
  const packets = createSocket('udp4');
  await new Promise<void>(resolve => packets.bind(0, '127.0.0.1', resolve));
  const radius = [{ address: '127.0.0.1', port: packets.address().port }];
  await expect(startService({ directory: untouched, port: 0, radius })).rejects.toThrow(
    `UDP port ${packets.address().port} of 127.0.0.1 is in use.`,
  );
  packets.close();
  expect(existsSync(untouched)).toBe(false);
  await running.close();
  await running.close();
  await expect(fetch(`${running.url}/health`)).rejects.toThrow();
  await rig.start({ port });
});

test('a replaced application key or a disabled application is refused at once, on every node', async () => {
  await using one = await startedService();
  const two = await one.rig.start();
  const apiKey = apiKeyOf(one);
  const token = await add(one, newToken({ kind: 'hotp' }));
  const send = (node: Service, key: string, counter: number) =>
    post(node, key, { user: 'ada', passcode: codeAt(token, counter) });
  // Both nodes have seen the key.
  expect((await send(one, apiKey, 0)).status).toBe(200);
  expect((await send(two, apiKey, 1)).status).toBe(200);
  const { office } = one;
  const applications = await listApplications(office.store.db);
  const id = applications.find(({ name }) => name === 'login')?.id ?? '';
  const { value } = await office.do(rotateApplicationKey, { id });
  secret(value);
  for (const node of [one, two]) expect((await send(node, apiKey, 2)).status).toBe(401);
  expect((await send(two, value, 2)).status).toBe(200);
  await office.do(changeFactors, { id, factors: 'password_otp' });
  expect((await send(two, value, 3)).status).toBe(403);
  await office.do(changeFactors, { id, factors: 'otp' });
  expect((await send(two, value, 3)).status).toBe(200);
  await office.do(disableApplication, { id });
  for (const node of [one, two]) expect((await send(node, value, 4)).status).toBe(401);
});

/** Sends a request line as it is, which `fetch` would tidy. @returns status and Location of the answer */
async function rawly(url: string, method: string, target: string): Promise<readonly (string | undefined)[]> {
  const { host, port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(
    `${method} ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
  );
  let said = '';
  socket.on('data', chunk => {
    said += chunk;
  });
  await once(socket, 'close');
  return [said.slice(9, 12), /^location: (.*)\r$/im.exec(said)?.[1]];
}

test('each page with a slash at its end leads to the page, and nothing else leads anywhere', async () => {
  await using rig = new Rig();
  const { result: service, routes } = await watchApp(() => rig.start());
  const ask = (target: string, method = 'GET') => rawly(service.url, method, target);
  const isFixed = (path: string) => !path.includes(':') && !path.startsWith('/v1/') && path !== '/';
  const pages = routes.filter(({ method, path }) => method === 'GET' && isFixed(path));
  expect(pages.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['/login', '/me', '/operator', '/operator/tokens', '/activate', '/help']),
  );
  for (const { path } of pages) expect(await ask(`${path}/`)).toEqual(['308', path]);
  expect(await ask('/operator/', 'HEAD')).toEqual(['308', '/operator']);
  expect(await ask('/me/?done=named&a=%0d%0aset-cookie:b=c')).toEqual([
    '308',
    '/me?done=named&a=%0d%0aset-cookie:b=c',
  ]);
  for (const target of [
    ...['//evil.example/', '//evil.example/login/', '///evil.example/', '/\\evil.example/'],
    ...['/.//evil.example/', '/%2f/evil.example/', 'http://evil.example/login/', '/login//', '/nothing/'],
    ...['/v1/openapi.json/', '/v1/validate/'],
  ])
    expect([target, ...(await ask(target))]).toEqual([target, '404', undefined]);
  for (const method of ['POST', 'PUT', 'DELETE'])
    expect([method, ...(await ask('/login/', method))]).toEqual([method, '404', undefined]);
});

test('an unknown address answers a browser with a page and a program with a problem', async () => {
  await using rig = new Rig();
  const { url } = await rig.start();
  const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
  const page = await fetch(`${url}/nowhere`, { headers: { accept } });
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(await page.text()).toMatch(/<html lang="en">[\s\S]*<h1/);
  for (const [path, headers] of [
    ['/nowhere', { accept: '*/*' }],
    ['/v1/nowhere', { accept }],
  ] as const) {
    const problem = await fetch(url + path, { headers });
    expect([problem.status, problem.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  }
});
