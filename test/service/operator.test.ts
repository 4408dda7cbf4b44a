import { expect, test } from 'vitest';
import { secret } from '../kit/secrets.ts';
import { add, codeNow, NOON_MS, newToken, openLink, wrongCode } from './kit.ts';
import { testOfService as it, startedService } from './users/kit.ts';

/** Presses the button on an operator link's page. @returns the cookie and the response */
async function enter(link: string, headers: Record<string, string> = {}) {
  const response = await openLink(link, headers);
  const setCookie = response.headers.get('set-cookie') ?? '';
  const cookie = setCookie.split(';')[0] ?? '';
  if (cookie !== '') secret(cookie.split('=')[1] ?? '');
  return { response, setCookie, cookie };
}

it('the operator link works once, by its button alone, however often programs load it', async service => {
  const look = (headers: Record<string, string> = {}) => fetch(service.operatorLink, { headers });
  for (let scan = 0; scan < 20; scan++)
    expect((await fetch(service.operatorLink, { method: 'HEAD' })).status).toBe(404);
  for (const headers of [{}, { 'sec-purpose': 'prefetch' }, {}]) {
    const page = await look(headers);
    expect([page.status, page.headers.get('set-cookie')]).toEqual([200, null]);
  }
  expect((await fetch(`${service.url}/operator/enter`)).status).toBe(403);
  expect((await fetch(`${service.operatorLink}x`)).status).toBe(403);
  expect((await enter(`${service.operatorLink}x`)).response.status).toBe(403);
  expect((await enter(service.operatorLink, { origin: 'https://mail.example' })).response.status).toBe(403);
  const { response, setCookie, cookie } = await enter(service.operatorLink);
  expect([response.status, response.headers.get('location')]).toEqual([303, '/operator']);
  expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict/);
  expect((await enter(service.operatorLink)).response.status).toBe(403);
  expect((await enter(service.operatorLink, { cookie })).response.status).toBe(403);
  expect((await look({ cookie })).status).toBe(403);
  expect((await fetch(`${service.url}/operator`, { headers: { cookie } })).status).toBe(200);
});

it('a browser that is signed in uses up the operator link, too, and its session ends', async service => {
  const first = (await enter(service.operatorLink)).cookie;
  const link = await service.makeOperatorLink();
  secret(new URL(link).searchParams.get('key') ?? '');
  const page = await (await fetch(link, { headers: { cookie: first } })).text();
  expect(page).toContain('This browser is signed in as an administrator, by another one-time link');
  const { response, cookie } = await enter(link, { cookie: first });
  expect(response.status).toBe(303);
  const status = async (one: string) =>
    (await fetch(`${service.url}/operator`, { headers: { cookie: one } })).status;
  expect([await status(first), await status(cookie)]).toEqual([401, 200]);
  expect((await enter(link)).response.status).toBe(403);
});

it('a discarded operator link opens nothing any more, and the browser’s session stays', async service => {
  const { cookie } = await enter(service.operatorLink);
  const link = await service.makeOperatorLink();
  const key = secret(new URL(link).searchParams.get('key') ?? '');
  const discard = () =>
    fetch(`${service.url}/operator/enter`, {
      method: 'POST',
      headers: { origin: service.url, cookie },
      body: new URLSearchParams({ key, act: 'discard' }),
    });
  const thrown = await discard();
  expect([thrown.status, (await thrown.text()).includes('The link was thrown away')]).toEqual([200, true]);
  expect([(await discard()).status, (await enter(link)).response.status]).toEqual([403, 403]);
  expect((await fetch(`${service.url}/operator`, { headers: { cookie } })).status).toBe(200);
  const { acts } = await service.office.audit();
  expect(acts.slice(-2)).toEqual(['operator.enter-by-link console', 'operator.discard-link console']);
});

it('without a session there is no pane and no stream; signing out and expiry end a session', async service => {
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(service.url + path, { headers });
    await response.body?.cancel();
    return response.status;
  };
  const { cookie } = await enter(service.operatorLink);
  const name = cookie.split('=')[0];
  for (const path of ['/operator', '/operator/stream']) {
    expect(await status(path)).toBe(401);
    expect(await status(path, { cookie: `${name}=pfs_guess` })).toBe(401);
    expect(await status(path, { cookie })).toBe(200);
  }
  // It lasts while it is used, and 12 hours at most.
  for (let half = 0; half < 24; half++) {
    service.clock.nowMs += 30 * 60_000 - 1;
    expect(await status('/operator', { cookie })).toBe(200);
  }
  service.clock.nowMs += 24;
  expect(await status('/operator', { cookie })).toBe(401);

  const again = await service.rig.start();
  const second = (await enter(again.operatorLink)).cookie;
  const page = await (await fetch(`${again.url}/operator`, { headers: { cookie: second } })).text();
  const csrf = secret(/name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '');
  const leave = (headers: Record<string, string>, token = csrf) =>
    fetch(`${again.url}/operator/leave`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ csrf: token }),
    });
  expect((await leave({ cookie: second, origin: 'http://evil.example' })).status).toBe(403);
  expect((await leave({ cookie: second, origin: again.url }, 'guessed')).status).toBe(403);
  expect((await fetch(`${again.url}/operator`, { headers: { cookie: second } })).status).toBe(200);
  expect((await leave({ cookie: second, origin: again.url })).status).toBe(303);
  expect((await fetch(`${again.url}/operator`, { headers: { cookie: second } })).status).toBe(401);
});

it('the pane shows replays with count, real reasons, token states and locked accounts', async service => {
  const token = await add(service, newToken({ label: 'VPN' }));
  const attempt = (passcode: string) => service.validate({ user: 'ada', passcode, source: '<b>here</b>' });
  const right = codeNow(token, NOON_MS);
  for (const passcode of [right, right, right]) await attempt(passcode);
  for (let nth = 0; nth < 4; nth++) await attempt(wrongCode(token, NOON_MS, nth));
  const { cookie } = await enter(service.operatorLink);
  const page = await (await fetch(`${service.url}/operator`, { headers: { cookie } })).text();
  for (const text of [
    ...['2 times', 'Passcode used again', 'Wrong passcode', 'Account locked', 'FOB-1', 'Active'],
  ])
    expect(page).toContain(text);
  expect(page).toMatch(/locked until <time datetime="2027-01-15T08:15:15.000Z">/);
  expect(page).toContain('&lt;b&gt;here&lt;/b&gt;');
  expect(page).not.toContain('<b>here');
  expect(page).not.toContain(right);
});

/** Waits for the next change in an event stream; fails when the stream ends first. */
async function nextChange(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<boolean> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return false;
    if (Buffer.from(value).toString().includes('event: change')) return true;
  }
}

test('the stream reports changes of this and another node, and ends when the service closes', async () => {
  await using watched = await startedService();
  const other = await watched.rig.start();
  const { cookie } = await enter(watched.operatorLink);
  const response = await fetch(`${watched.url}/operator/stream`, { headers: { cookie } });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error('no body');
  await watched.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  expect(await nextChange(reader)).toBe(true);
  await other.validate({ user: 'nobody', passcode: '123456', source: '::1' });
  expect(await nextChange(reader)).toBe(true);
  await watched.close();
  expect(await nextChange(reader)).toBe(false);
});
