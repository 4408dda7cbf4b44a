import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { testOfConsole as test, Visitor } from './kit.ts';

const MINUTE_MS = 60_000;

test('signing in takes password and own passcode, and every refusal looks the same', async service => {
  const { admin } = service.operators;
  const plain = { name: 'ada', password: '', token: await service.office.token('ada') };
  plain.password = await service.office.password('ada');
  const bodies = new Set<string>();
  for (const kit of [
    { ...admin, password: 'not the password' },
    { ...admin, token: { ...admin.token, secret: plain.token.secret } },
    { ...admin, name: 'nobody' },
    // A user with password and fob, but without a role.
    plain,
  ]) {
    const { status, text, headers } = await new Visitor(service).signIn(kit, service.clock);
    expect(status).toBe(403);
    expect(headers.get('set-cookie')).toBeNull();
    bodies.add(text.replaceAll(kit.name, 'NAME').replace(/name="attempt" value="[^"]*"/, ''));
    service.clock.nowMs += MINUTE_MS;
  }
  expect(bodies.size).toBe(1);
  const visitor = await service.signedIn('admin');
  expect((await visitor.get('/operator')).text).toContain('<strong>grace</strong>');
  expect((await service.office.audit()).acts).toContain('operator.sign-in grace');
});

test('signing in leads to the requested page, and never to another site', async service => {
  const visitor = new Visitor(service);
  const asked = await visitor.get('/operator/token?serial=a%26b');
  expect(asked.status).toBe(401);
  expect(asked.text).toContain('name="to" value="/operator/token?serial=a%26b"');
  for (const [to, place] of [
    ['/operator/token?serial=a%26b', '/operator/token?serial=a%26b'],
    ['//evil.example/operator', '/operator'],
    ['https://evil.example/operator', '/operator'],
    ['/operator/../login', '/operator'],
    ['/operatorx', '/operator'],
    // Unusual, but a path of this site.
    ['/operator\\@evil.example', '/operator/@evil.example'],
  ] as const) {
    const seen = await visitor.signIn(service.operators.admin, service.clock, to);
    expect([seen.status, seen.location]).toEqual([303, place]);
    service.clock.nowMs += MINUTE_MS;
  }
});

test('a dangerous act requires a proof at most five minutes old, and continues after it', async service => {
  const { admin } = service.operators;
  await service.office.token('ada', { serial: 'ADA-1' });
  const visitor = await service.signedIn('admin');
  const path = '/operator/token/revoke?serial=ADA-1';
  expect((await visitor.get(path)).status).toBe(200);
  service.clock.nowMs += 5 * MINUTE_MS;
  const asked = await visitor.get(path);
  expect([asked.status, asked.location]).toEqual([303, `/operator/prove?to=${encodeURIComponent(path)}`]);
  const sent = await visitor.send('/operator/token/revoke', { serial: 'ADA-1', reason: 'lost' });
  expect(sent.location).toBe(`/operator/prove?to=${encodeURIComponent(path)}`);
  expect((await visitor.get('/operator/token?serial=ADA-1')).text).toContain('Assigned');
  // Acts that are not dangerous need no fresh proof.
  expect((await visitor.get('/operator/token/rename?serial=ADA-1')).status).toBe(200);
  const proof = { password: admin.password, passcode: codeNow(admin.token, service.clock.nowMs), to: path };
  const wrong = await visitor.send('/operator/prove', { ...proof, password: 'not the password' });
  expect(wrong.status).toBe(403);
  expect((await visitor.get(path)).status).toBe(303);
  expect((await visitor.send('/operator/prove', { ...proof, csrf: 'guessed' })).status).toBe(403);
  const proved = await visitor.send('/operator/prove', proof);
  expect([proved.status, proved.location]).toEqual([303, path]);
  expect((await visitor.get(path)).status).toBe(200);
  const done = await visitor.send('/operator/token/revoke', { serial: 'ADA-1', reason: 'lost' });
  expect(done.location).toBe('/operator/token?serial=ADA-1&done=revoked');
});

test('the passcode of the sign-in is no later proof, though the form claims to be the same', async service => {
  const { admin } = service.operators;
  const fields = { password: admin.password, passcode: codeNow(admin.token, service.clock.nowMs) };
  const attempt = secret('one attempt for two forms');
  const visitor = new Visitor(service);
  const form = new URLSearchParams({ user: admin.name, ...fields, attempt });
  expect((await visitor.post('/operator/sign-in', form)).status).toBe(303);
  expect((await visitor.send('/operator/prove', { ...fields, attempt })).status).toBe(403);
});

test('after a proof the channel form still edits the same channel, not a new one', async service => {
  const visitor = await service.signedIn('admin');
  service.clock.nowMs += 6 * MINUTE_MS;
  const sent = await visitor.send('/operator/channels/webhook', { id: 'a-channel', name: 'renamed' });
  const path = '/operator/channels/webhook?id=a-channel';
  expect([sent.status, sent.location]).toEqual([303, `/operator/prove?to=${encodeURIComponent(path)}`]);
});

test('the cookie is for the console only, and signing out ends the session', async service => {
  const visitor = new Visitor(service);
  const { headers } = await visitor.signIn(service.operators.admin, service.clock);
  expect(headers.get('set-cookie')).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  const { cookie } = visitor;
  expect((await visitor.send('/operator/leave')).location).toBe('/operator/sign-in');
  visitor.cookie = cookie;
  expect((await visitor.get('/operator')).status).toBe(401);
});

test('the session cookie is found among others, the first of its name counts, and only one spelling is accepted', async service => {
  const visitor = new Visitor(service);
  await visitor.signIn(service.operators.admin, service.clock);
  const { cookie } = visitor;
  const [name = '', value = ''] = cookie.split('=');
  const statusWith = async (sent: string) => (await visitor.get('/operator', { cookie: sent })).status;
  for (const sent of [`a=1;b ; =c;  ${cookie};d="e"`, `${cookie}; ${name}=other`, `__proto__=1; ${cookie}`])
    expect([sent, await statusWith(sent)]).toEqual([sent, 200]);
  const escaped = `%${value.charCodeAt(0).toString(16)}${value.slice(1)}`;
  for (const sent of [
    `${name}=other; ${cookie}`,
    `${name}="${value}"`,
    `${name}=${escaped}`,
    `${name}; a=1`,
    name,
  ])
    expect([sent, await statusWith(sent)]).toEqual([sent, 401]);
});
