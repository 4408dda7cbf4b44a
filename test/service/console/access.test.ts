import type { Role } from '@passfob/service/base/kinds';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow } from '../kit.ts';
import { furnished, testOfConsole as test, Visitor } from './kit.ts';
import { CALLER_CHECK, fillWorld, LOCAL_MAIL, RADIUS_CLIENT } from './world.ts';

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

test('no form does anything without the session’s own token, or from another site', async service => {
  const visitor = await service.signedIn('admin');
  service.clock.nowMs += MINUTE_MS;
  const other = await service.signedIn('helpdesk');
  const path = '/operator/users/create';
  for (const csrf of ['', 'guessed', await other.csrf()])
    expect((await visitor.send(path, { user: 'mallory', csrf })).status).toBe(403);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  expect((await visitor.send(path, { user: 'mallory' }, foreign)).status).toBe(403);
  expect((await service.office.audit()).acts).not.toContain('user.create mallory');
  expect((await visitor.send(path, { user: 'mallory' })).status).toBe(303);
  expect((await service.office.audit()).acts).toContain('user.create mallory');
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

/** Every page with a form and every button, with its action in `permissions.ts`. */
const acts: readonly (readonly [path: string, action: Action, subject?: Record<string, string>])[] = [
  ['/users/create', 'user.create'],
  ['/user/change', 'user.change', { user: 'ada' }],
  ['/user/password', 'user.set-password', { user: 'ada' }],
  ['/user/reset-pin', 'user.reset-pin', { user: 'ada' }],
  ['/user/disable', 'user.disable', { user: 'ada' }],
  ['/user/assign', 'token.assign', { user: 'ada' }],
  ['/user/code', 'token.temporary-code', { user: 'ada' }],
  ['/user/withdraw-code', 'token.temporary-code', { user: 'ada' }],
  ['/user/activate', 'activation.start', { user: 'ada' }],
  ['/tokens/issue', 'token.issue'],
  ['/token/assign', 'token.assign', { serial: 'INV-1' }],
  ['/token/reserve', 'token.assign', { serial: 'INV-1' }],
  ['/token/unassign', 'token.unassign', { serial: 'BOB-1' }],
  ['/token/suspend', 'token.suspend', { serial: 'BOB-1' }],
  ['/token/revoke', 'token.revoke', { serial: 'BOB-1' }],
  ['/token/rename', 'token.rename', { serial: 'BOB-1' }],
  ['/token/resync', 'token.resync', { serial: 'BOB-1' }],
  ['/token/repair-last-step', 'token.repair-last-step', { serial: 'BOB-1' }],
  ['/tokens/repair-last-steps', 'token.repair-last-step'],
  ['/fob/reset-pin', 'fob.reset-pin', { serial: 'PF-1' }],
  ['/fob/require-pin', 'fob.policy', { serial: 'PF-1' }],
  ['/fob/power-loss', 'fob.power-loss', { serial: 'PF-1' }],
  ['/fob/lost', 'fob.lost', { serial: 'PF-1' }],
  ['/fob/return', 'fob.return', { serial: 'PF-1' }],
  ['/fob/retire', 'fob.retire', { serial: 'PF-1' }],
  ['/fob/erase', 'fob.erase', { serial: 'PF-1' }],
  ['/fob/give', 'fob.give', { serial: 'PF-1' }],
  ['/fob/given', 'fob.give', { serial: 'PF-1' }],
  ['/fob/order', 'fob.order', { serial: 'PF-1' }],
  ['/fob/account/remove', 'fob.remove-account', { serial: 'PF-1', id: '00c0ffee' }],
  ['/fob/account/rename', 'fob.rename', { serial: 'PF-1', id: '00c0ffee' }],
  ['/fobs/tasks', 'job.run', { id: 'clock' }],
  ['/import', 'token.import'],
  ['/bulk', 'job.run'],
  ['/policies/create', 'policy.change'],
  ['/policy/change', 'policy.change', { id: 'eight digits' }],
  ['/policy/remove', 'policy.change', { id: 'eight digits' }],
  ['/applications/create', 'application.change'],
  ['/radius-clients/create', 'radius-client.change'],
  ['/radius-client/change', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/radius-client/secret', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/radius-client/remove', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/api-keys/create', 'api-key.change'],
  ['/user/ask-fob', 'activation.ask', { user: 'ada' }],
  ['/operators/add', 'operator.change'],
  ['/operator/role', 'operator.change', { user: 'hilda' }],
  ['/operator/disable', 'operator.change', { user: 'hilda' }],
  ['/operator/remove', 'operator.change', { user: 'hilda' }],
  ['/settings/change', 'settings.change'],
  ['/channels/mail', 'settings.change'],
  ['/channels/webhook', 'settings.change'],
  ['/channels/syslog', 'settings.change'],
  ['/mails/server/change', 'settings.change'],
  ['/mails/server/test', 'settings.change'],
  ['/mails/server/remove', 'settings.change'],
  ['/mail/open', 'mail.open', { id: LOCAL_MAIL }],
  ['/setup/admin', 'operator.change'],
];

const buttons: readonly (readonly [path: string, action: Action, subject: Record<string, string>])[] = [
  ['/user/unlock', 'user.unlock', { user: 'ada' }],
  ['/user/enable', 'user.enable', { user: 'gone' }],
  ['/user/caller', 'user.check-caller', { user: 'pia' }],
  ['/activation/resend', 'activation.resend', { id: 'none' }],
  ['/activation/revoke', 'activation.revoke', { id: 'none' }],
  ['/token/reactivate', 'token.reactivate', { serial: 'ADA-1' }],
  ['/fob/set-clock', 'fob.clock', { serial: 'PF-1' }],
  ['/fob/found', 'fob.found', { serial: 'PF-2' }],
  ['/fob/task/cancel', 'fob.clock', { serial: 'PF-1', id: 'none' }],
  ['/alert/acknowledge', 'alert.acknowledge', { id: '1' }],
  ['/job/pause', 'job.control', { id: 'none' }],
  ['/job/resume', 'job.control', { id: 'none' }],
  ['/job/cancel', 'job.control', { id: 'none' }],
  ['/audit/verify', 'audit.verify', {}],
];

const pages: readonly (readonly [path: string, action: Action])[] = [
  ['', 'read'],
  ['/users', 'read'],
  ['/user?user=ada', 'read'],
  [`/user/caller?user=pia&id=${CALLER_CHECK}`, 'read'],
  ['/activations', 'read'],
  ['/tokens', 'read'],
  ['/token?serial=ADA-1', 'read'],
  ['/jobs', 'read'],
  ['/fobs', 'read'],
  ['/fobs?show=clock', 'read'],
  ['/fob?serial=PF-1', 'read'],
  ['/fob?serial=PF-2', 'read'],
  ['/policies', 'read'],
  ['/applications', 'read'],
  ['/radius-clients', 'read'],
  ['/api-keys', 'read'],
  ['/operators', 'read'],
  ['/channels', 'read'],
  ['/mails', 'read'],
  ['/mails/server', 'read'],
  ['/settings', 'read'],
  ['/alerts', 'read'],
  ['/audit', 'audit.read'],
  ['/setup', 'operator.change'],
];

const hrefs = (text: string) =>
  [...text.matchAll(/(?:href|action)="\/operator([^"?]*)/g)].map(([, path = '']) => path);

test.each(['admin', 'helpdesk', 'auditor'] as const)(
  'the pages and acts of %s match the table of permissions',
  async (role: Role) => {
    await using service = await furnished();
    await fillWorld(service);
    const visitor = await service.signedIn(role);
    const shown = new Set<string>();
    for (const [path, action] of pages) {
      const seen = await visitor.get(`/operator${path}`);
      expect(seen.status, path).toBe(may(role, action) ? 200 : 403);
      if (seen.status === 200) for (const href of hrefs(seen.text)) shown.add(href);
    }
    for (const [path, action, subject = {}] of acts) {
      const query = new URLSearchParams(subject);
      const seen = await visitor.get(`/operator${path}?${query}`);
      expect(seen.status, path).toBe(may(role, action) ? 200 : 403);
      // A form without a valid subject is refused by role before anything else.
      if (!may(role, action))
        expect((await visitor.send(`/operator${path}`, subject)).status, path).toBe(403);
      if (!may(role, action)) expect(shown.has(path), `${path} is shown`).toBe(false);
    }
    const before = (await service.office.audit()).acts.length;
    for (const [path, action, subject] of buttons) {
      const { status } = await visitor.send(`/operator${path}`, subject);
      expect(status === 403, path).toBe(!may(role, action));
      if (!may(role, action)) expect(shown.has(path), `${path} is shown`).toBe(false);
    }
    if (role === 'auditor') expect((await service.office.audit()).acts).toHaveLength(before);
    expect(shown.has('/audit')).toBe(may(role, 'audit.read'));
  },
);

test.each(Object.keys(permissions) as Action[])('the permission %s guards a page or a button', action => {
  // Nothing is exported by the console, and bounces come from mail servers.
  const elsewhere: readonly Action[] = ['audit.rotate', 'metrics.read', 'token.export', 'mail.bounce'];
  const covered = [...acts, ...buttons, ...pages].some(([, about]) => about === action);
  expect(covered || elsewhere.includes(action)).toBe(true);
});

test('no form and no button does anything without the session’s own token', async service => {
  await fillWorld(service);
  const visitor = await service.signedIn('admin');
  const before = (await service.office.audit()).acts;
  for (const [path, , subject = {}] of [...acts, ...buttons]) {
    const { status } = await visitor.send(`/operator${path}`, { ...subject, csrf: 'guessed' });
    // The import accepts multipart only, and reads nothing of another form.
    expect(status, path).toBe(path === '/import' ? 415 : 403);
  }
  const importForm = new FormData();
  importForm.set('csrf', 'guessed');
  importForm.set('file', new Blob(['user,serial']), 'users.csv');
  expect((await visitor.post('/operator/import', importForm)).status).toBe(403);
  expect((await service.office.audit()).acts).toEqual(before);
});
