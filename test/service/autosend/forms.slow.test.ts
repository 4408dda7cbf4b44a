import { pushLimits } from '@passfob/service/base/limits/push';
import { validationLimits } from '@passfob/service/base/limits/validation';
import { endPush } from '@passfob/service/subjects/push/delivery';
import { disableUser } from '@passfob/service/subjects/users/acts';
import { describe, expect, test } from 'vitest';
import { apiKeyOf, codeNow, post, wrongCode } from '../kit.ts';
import { PushFob } from '../push/kit.ts';
import { accepted, grace, startedService } from '../users/kit.ts';
import { Browser, fob, office, openEachService, paths, service, states } from './kit.ts';

openEachService();

interface Asked {
  readonly browser: Browser;
  readonly name: string;
  readonly id: string;
  readonly number: string;
}

/** Removes random and typed values from a page. */
function masked({ name, id, number }: Asked, seen: readonly unknown[]): string {
  return JSON.stringify(seen)
    .replaceAll(JSON.stringify(name).slice(1, -1), 'USER')
    .replaceAll(id, 'ID')
    .replace(`>${number}<`, '>NUMBER<')
    .replace(/-autosend=[^;]+/, '-autosend=VALUE')
    .replace(/name=\\"attempt\\" value=\\"[^"]+"/, 'ATTEMPT');
}

describe.each(paths)('Autosend at %s', path => {
  test('Autosend lets in the browser that asked, once, and no other browser', async () => {
    await office.users('bob');
    const [mine, other, idle] = [new Browser(service), new Browser(service), new Browser(service)];
    const { id, number, text } = await mine.autosend(path, { user: 'ADA' });
    const theirs = await other.autosend(path, { user: 'bob' });
    expect(text).toContain('<strong>ADA</strong>');
    expect((await office.row('pushes', { id })).number).toBe(Number(number));
    const early = await mine.finish(path, id);
    expect([
      early.status,
      early.text.includes('role="status"'),
      early.text.includes('Not approved yet.'),
    ]).toEqual([200, true, true]);
    await fob.approve();
    for (const browser of [other, idle]) {
      const refused = await browser.finish(path, id);
      expect([refused.status, refused.text.includes('The log-in was not approved.')]).toEqual([403, true]);
      expect((await browser.get('/me')).location).toBe('/me/sign-in');
    }
    const again = await other.finish(path, theirs.id);
    expect([again.status, again.text.includes('Not approved yet.')]).toEqual([200, true]);
    const kept = new Map(mine.cookies);
    const done = await mine.finish(path, id);
    if (path === '/me') {
      expect([done.status, done.location]).toEqual([303, '/me']);
      expect((await mine.get('/me')).text).toContain('<strong>ada</strong>');
    } else {
      expect([done.status, done.text.includes('You are logged in as <strong>ada</strong>')]).toEqual([
        200,
        true,
      ]);
      // The fob shows its approval at this moment, and no passcode.
      expect(done.text).toContain('To log in by passcode, wait for the next one.');
    }
    expect(done.set[0]).toMatch(/-autosend=; Max-Age=0; Path=\/(login|me); HttpOnly; SameSite=Strict$/);
    expect((await mine.finish(path, id)).status).toBe(403);
    // The response was lost: the browser still has the old cookie, and sends the form again.
    mine.cookies.clear();
    for (const [name, value] of kept) mine.cookies.set(name, value);
    expect((await mine.finish(path, id)).status).toBe(done.status);
    // The passcode on the fob's screen is used up.
    expect(
      (await mine.post('/login', { user: 'ada', passcode: codeNow(fob.token, service.clock.nowMs) })).status,
    ).toBe(403);
    service.clock.nowMs += pushLimits.pushMs + validationLimits.retryWindowMs;
    mine.cookies.clear();
    for (const [name, value] of kept) mine.cookies.set(name, value);
    expect((await mine.finish(path, id)).status).toBe(403);
  });

  test('Autosend shows unknown, locked and disabled users, and users without a push fob, the same bytes after the same time', async () => {
    await using service = await startedService({ lock: { threshold: 1, periodMs: 400_000 } });
    const { office } = service;
    const names = ['u-free', 'u-lock', 'u-stop', 'u-bare', 'u-mute'];
    await office.users(...names);
    await office.token('u-bare');
    const fob = (name: string) => PushFob.of(office, name);
    await fob('u-free');
    const locked = await fob('u-lock');
    const wrong = wrongCode(locked.token, office.nowMs);
    await post(service, apiKeyOf(service), { user: 'u-lock', passcode: wrong });
    await fob('u-stop');
    accepted(await disableUser(office.management, grace, { user: 'u-stop' }));
    const mute = await fob('u-mute');
    await new Browser(service).autosend(path, { user: 'u-mute' });
    await endPush(office.management, await mute.show(), 'denied');
    const waiting = new Set<string>();
    const over = new Set<string>();
    const asked: Asked[] = [];
    for (const name of [...names, 'u-none', 'u\u0000none']) {
      const browser = new Browser(service);
      const sinceMs = performance.now();
      const sent = await browser.autosend(path, { user: name });
      expect(performance.now() - sinceMs).toBeGreaterThanOrEqual(validationLimits.refusalFloorMs);
      const about = { browser, name, ...sent };
      waiting.add(masked(about, [sent.sent.status, sent.sent.set, sent.text]));
      const early = await browser.finish(path, sent.id);
      waiting.add(masked(about, [early.status, early.text]));
      asked.push(about);
    }
    expect([...waiting]).toHaveLength(2);
    const db = office.store.db.selectFrom('pushes').select('user_id').where('fob_id', 'is not', null);
    expect(await db.execute()).toHaveLength(2);
    service.clock.nowMs += pushLimits.pushMs;
    for (const about of asked) {
      const { browser, id } = about;
      expect((await browser.get(`${path}/autosend/state?id=${id}`)).text).toBe('{"decided":true}');
      const { status, text } = await browser.finish(path, id);
      over.add(masked(about, [status, text]));
    }
    expect([...over]).toEqual([expect.stringMatching(/^\[403,.*The log-in was not approved\./)]);
  });

  test('Autosend refuses forms of other sites, foreign cookies and forms of its other page', async () => {
    const browser = new Browser(service);
    for (const route of ['', '/finish', '/cancel'])
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }])
        expect((await browser.post(`${path}/autosend${route}`, { user: 'ada' }, headers)).status).toBe(403);
    expect(await states(office)).toEqual([]);
    const { id } = await browser.autosend(path);
    await fob.approve();
    const [[name = '', value = ''] = []] = [...browser.cookies];
    const other = path === '/me' ? '/login' : '/me';
    const forged = new Browser(service);
    forged.cookies.set(`${other} ${name.split(' ')[1]}`, value);
    expect((await forged.finish(other, id)).status).toBe(403);
    expect((await forged.get(`${other}/autosend`)).status).toBe(303);
    const [body = '', mac = ''] = value.split('.');
    const fields = JSON.parse(Buffer.from(body, 'base64url').toString()) as unknown[];
    const changed = Buffer.from(JSON.stringify([...fields.slice(0, 4), 'bob'])).toString('base64url');
    for (const bad of [`${changed}.${mac}`, `${body}.${mac}x`, body, '', '.', `x.${mac}`]) {
      forged.cookies.clear();
      forged.cookies.set(name, bad);
      expect((await forged.finish(path, id)).status).toBe(403);
      expect((await forged.get(`${path}/autosend`)).location).toBe(path === '/me' ? '/me/sign-in' : '/login');
    }
    expect((await browser.finish(path, id)).status).toBe(path === '/me' ? 303 : 200);
  });
});
