import { randomBytes } from 'node:crypto';
import { readMailServer } from '@passfob/service/subjects/mail/server';
import { readChannels } from '@passfob/service/subjects/notify/channels';
import { listRadiusClients } from '@passfob/service/subjects/radius-clients/acts';
import { makeKnownClients } from '@passfob/service/subjects/radius-clients/known-clients';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { MailReceiver } from '../alerts/receivers.ts';
import { rowIn } from '../kit/rows.ts';
import { codeNow } from '../kit.ts';
import { invitation, parsed, queue, rowOf } from '../mail/kit.ts';
import { startedService } from '../users/kit.ts';
import { furnished, testOfConsole as it, Visitor } from './kit.ts';
import { fillWorld } from './world.ts';

it('channels are saved, changed without their secret, and removed; a generated key is shown once', async service => {
  const { office } = service;
  const visitor = await service.signedIn('admin');
  const empty = { id: '', enabled: 'yes', secret: '', authority: '' };
  const hook = { ...empty, name: 'hook', url: 'https://hooks.example.org/a' };
  const plain = await visitor.send('/operator/channels/webhook', {
    ...hook,
    url: 'http://hooks.example.org/a',
  });
  expect(plain.status).toBe(422);
  expect(plain.text).toMatch(/<a href="#url">/);
  const made = await visitor.send('/operator/channels/webhook', hook);
  const key = secret(/<code>([\w-]{43})<\/code>/.exec(made.text)?.[1] ?? '');
  expect(key).not.toBe('');
  const [channel] = await readChannels(office.store.db);
  const id = channel?.id ?? '';
  const { enabled: _unticked, ...unticked } = hook;
  expect(
    (await visitor.send('/operator/channels/webhook', { ...unticked, id, name: 'renamed' })).status,
  ).toBe(303);
  expect(await readChannels(office.store.db)).toMatchObject([{ id, name: 'renamed', enabled: false }]);
  for (const path of ['/channels', `/channels/webhook?id=${id}`, '/audit'])
    expect((await visitor.get(`/operator${path}`)).text).not.toContain(key);
  // The form of another kind of channel refuses it.
  expect((await visitor.get(`/operator/channels/mail?id=${id}`)).status).toBe(404);
  const server = { host: 'mail.example.org', port: '587', security: 'none', login: '' };
  const people = { from: 'a@example.org', to: 'b@example.org\nc@example.org' };
  const mail = { ...empty, ...server, ...people, name: 'mail' };
  expect((await visitor.send('/operator/channels/mail', mail)).text).toContain('Mail without TLS');
  expect((await visitor.send('/operator/channels/mail', { ...mail, security: 'tls' })).status).toBe(303);
  expect((await visitor.send('/operator/channel/remove', { id })).status).toBe(303);
  expect((await readChannels(office.store.db)).map(({ name }) => name)).toEqual(['mail']);
});

it('an operator whose role changes is signed out at once; the last administrator stays', async service => {
  const visitor = await service.signedIn('admin');
  const desk = await service.signedIn('helpdesk');
  expect((await desk.get('/operator/users/create')).status).toBe(200);
  await visitor.send('/operator/operator/role', { user: 'hilda', role: 'auditor' });
  expect((await desk.get('/operator/users/create')).status).toBe(401);
  for (const [act, fields] of [
    ['role', { role: 'auditor' }],
    ['disable', {}],
    ['remove', {}],
  ] as const) {
    const refused = await visitor.send(`/operator/operator/${act}`, { user: 'grace', ...fields });
    expect([refused.status, refused.text.includes('This is the last administrator')]).toEqual([422, true]);
  }
  expect((await visitor.get('/operator')).status).toBe(200);
});

it('an acknowledged alert opens again when it is repeated', async service => {
  const token = await service.office.token('ada', { serial: 'ADA-1' });
  const passcode = codeNow(token, service.clock.nowMs);
  const replay = () => service.validate({ user: 'ada', passcode, source: '192.0.2.1' });
  await replay();
  await replay();
  const visitor = await service.signedIn('helpdesk');
  const open = async () => (await visitor.get('/operator/alerts')).text;
  const id = /name="id" value="(\d+)"/.exec(await open())?.[1] ?? '';
  expect((await visitor.send('/operator/alert/acknowledge', { id })).status).toBe(303);
  expect(await open()).toContain('No alerts.');
  expect((await visitor.get('/operator/alerts?state=acknowledged')).text).toContain('hilda');
  expect((await visitor.send('/operator/alert/acknowledge', { id })).status).toBe(422);
  await replay();
  expect(await open()).toContain('2 times');
});

it('the console’s own application cannot be changed, disabled or given a key', async service => {
  await fillWorld(service);
  const visitor = await service.signedIn('admin');
  const { id } = await service.office.row('applications', { name: 'console' });
  for (const act of ['rotate', 'disable', 'factors']) {
    const refused = await visitor.send(`/operator/application/${act}`, { id, factors: 'otp' });
    expect([refused.status, refused.text.includes('the console itself')]).toEqual([422, true]);
  }
  expect((await visitor.get('/operator/applications')).text).toContain('VPN &lt;gateway&gt;');
});

it('pages show the configured name of the service as text', async service => {
  const visitor = await service.signedIn('admin');
  const stranger = new Visitor(service);
  const shown = async () => [
    await visitor.get('/operator'),
    await stranger.get('/operator'),
    await stranger.get('/login'),
    await stranger.post('/login', new URLSearchParams({ user: 'ada', passcode: '123456' })),
  ];
  for (const { text } of await shown()) expect(text).toMatch(/<title>[^<]* · Passfob<\/title>/);
  await service.office.do(changeSettings, { serviceName: 'ACME <keys>' });
  for (const { text } of await shown()) {
    expect(text).toMatch(/<title>[^<]* · ACME &lt;keys&gt;<\/title>/);
    expect(text).toMatch(/<img src="[^"]+" alt="">ACME &lt;keys&gt;</);
    expect(text).not.toContain('Passfob');
  }
});

it('the set-up refuses a reserved name for an administrator and creates no user', async service => {
  const visitor = await service.signedIn('admin');
  const password = secret('plum-anchor-violet-9');
  const refused = await visitor.send('/operator/setup/admin', { user: 'service', displayName: '', password });
  expect(refused.status).toBe(422);
  const users = await service.office.store.db.selectFrom('users').select('name').execute();
  expect(users.map(({ name }) => name)).not.toContain('service');
});

test('the first steps offer the activation of the administrator’s fob, and tick it off once it is active', async () => {
  await using service = await startedService();
  const visitor = new Visitor(service);
  await visitor.enter();
  const steps = async () => {
    const { text } = await visitor.get('/operator/setup');
    return { text, fob: /Your fob <span class="badge \w+">([^<]+)</.exec(text)?.[1] };
  };
  expect((await steps()).text).not.toContain('/operator/user/activate');
  const password = secret('plum-anchor-violet-9');
  await visitor.send('/operator/setup/admin', { user: 'alice', displayName: '', password });
  const offered = await steps();
  expect(offered.fob).toBe('To do');
  const [link = ''] = /\/operator\/user\/activate\?[^"]+/.exec(offered.text) ?? [];
  const form = await visitor.get(link.replaceAll('&amp;', '&'));
  expect(form.text).toContain('Create an activation for alice');
  expect(form.text).toContain('<option value="any" selected>');
  const fields = { user: 'alice', serial: '', fobs: 'any', policy: '', hours: '24', delivery: 'shown' };
  const made = await visitor.send('/operator/user/activate', fields);
  secret((/<code>(pf1[\w ]+)<\/code>/.exec(made.text)?.[1] ?? '').replaceAll(' ', ''));
  const waiting = await steps();
  expect(waiting.fob).toBe('To do');
  expect(waiting.text).toMatch(/An activation waits for your fob, until <time/);
  expect(waiting.text).not.toContain('/operator/user/activate');
  await service.office.token('alice', { serial: 'FOB-alice' });
  const done = await steps();
  expect(done.fob).toBe('Done');
  expect(done.text).not.toContain('An activation waits');
});

it('lists that are searched for a text have the button Search, all others Filter', async service => {
  const visitor = await service.signedIn('admin');
  const buttons = [];
  for (const list of ['users', 'tokens', 'activations', 'alerts', 'mails', 'audit']) {
    const { text } = await visitor.get(`/operator/${list}`);
    buttons.push([list, /<form class="search"[\s\S]*?>(\w+)<\/button>/.exec(text)?.[1]]);
  }
  expect(Object.fromEntries(buttons)).toEqual({
    ...{ users: 'Search', tokens: 'Search' },
    ...{ activations: 'Filter', alerts: 'Filter', mails: 'Filter', audit: 'Filter' },
  });
});

/** Opens an administrator's form for a new client of the service's own application. */
async function scene() {
  const service = await furnished();
  const { management } = service.office;
  const { id: application } = await rowIn(management.db, 'applications', { name: 'login' });
  const visitor = await service.signedIn('admin');
  const given = { name: 'gate', address: '192.0.2.10', application, push: 'wait', secret: '' };
  const create = (changes: Record<string, string>) =>
    visitor.send('/operator/radius-clients/create', { ...given, ...changes });
  return Object.assign(service, { ...management, visitor, given, create });
}

test('mistakes in a new RADIUS client are shown at their fields', async () => {
  await using service = await scene();
  const { create } = service;
  for (const [field, value] of [
    ['name', ' '],
    ['address', '192.0.2.0/0'],
    ['application', 'none'],
    ['push', 'sometimes'],
    ['secret', 'short'],
  ] as const) {
    const refused = await create({ [field]: value });
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining(`<a href="#${field}">`)]);
    expect(refused.text).not.toContain('value="short"');
  }
});

test('a RADIUS client is added, changed and removed; a generated secret is shown once, an entered one never', async () => {
  await using service = await scene();
  const { db, keys, visitor, given, create } = service;
  const made = await create({});
  const shown = secret(/<code>([\w-]{32})<\/code>/.exec(made.text)?.[1] ?? 'none');
  expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const entered = secret(randomBytes(16).toString('hex'));
  const other = await create({ name: 'other', address: '192.0.2.11', push: 'off', secret: entered });
  expect(other.location).toBe('/operator/radius-clients?done=created');
  expect((await create({ name: 'gate', address: '192.0.2.12' })).text).toContain('exists already');

  /** Returns the secret used for packets from an address. */
  const inUse = async (address: string) =>
    Buffer.from((await makeKnownClients(db, keys, () => 0).find(address))?.secret ?? []).toString();
  expect([await inUse('192.0.2.10'), await inUse('192.0.2.11')]).toEqual([shown, entered]);
  const [gate] = await listRadiusClients(db);
  const id = gate?.id ?? '';
  const changed = { ...given, id, address: '2001:DB8::1', push: 'challenge' };
  expect((await visitor.send('/operator/radius-client/change', changed)).status).toBe(303);
  expect(await listRadiusClients(db)).toMatchObject([
    { id, name: 'gate', address: '2001:db8::1', push: 'challenge', application: 'login' },
    { name: 'other', push: 'off' },
  ]);
  expect([await inUse('192.0.2.10'), await inUse('2001:db8::1')]).toEqual(['', shown]);
  const taken = await visitor.send('/operator/radius-client/change', { ...changed, name: 'other' });
  expect([taken.status, taken.text]).toEqual([422, expect.stringContaining('<a href="#name">')]);

  const another = await visitor.send('/operator/radius-client/secret', { id, secret: '' });
  const second = secret(/<code>([\w-]{32})<\/code>/.exec(another.text)?.[1] ?? 'none');
  expect(await inUse('2001:db8::1')).toBe(second);
  const third = secret(randomBytes(16).toString('hex'));
  expect((await visitor.send('/operator/radius-client/secret', { id, secret: third })).status).toBe(303);
  expect(await inUse('2001:db8::1')).toBe(third);
  for (const path of [
    '/radius-clients',
    `/radius-client/change?id=${id}`,
    `/radius-client/secret?id=${id}`,
    '/audit',
  ])
    for (const value of [shown, entered, second, third])
      expect((await visitor.get(`/operator${path}`)).text).not.toContain(value);
  expect((await visitor.send('/operator/radius-client/remove', { id })).status).toBe(303);
  expect((await visitor.get(`/operator/radius-client/change?id=${id}`)).status).toBe(404);
  expect((await listRadiusClients(db)).map(({ name }) => name)).toEqual(['other']);
});

it('a mail stays in the local outbox: an administrator reads it, and help desk sees its entry only', async service => {
  const displayName = '<script>alert(1)</script>';
  const mail = await invitation(service.office.management, { displayName });
  const id = await queue(service.office.management, mail);
  expect(await service.outbox()).toMatchObject([{ id, to: mail.to, link: mail.link }]);
  const admin = await service.signedIn('admin');
  const desk = await service.signedIn('helpdesk');
  for (const visitor of [admin, desk])
    for (const path of ['/operator/mails', '/operator/user?user=ada', '/operator/mails?state=local']) {
      const { text } = await visitor.get(path);
      expect(text).toContain('Local outbox');
      expect(text).not.toContain(mail.activationString);
      expect(text.includes(`/operator/mail/open?id=${id}`)).toBe(visitor === admin);
    }
  const asked = await admin.get(`/operator/mail/open?id=${id}`);
  expect(asked.text).not.toContain(mail.activationString);
  const shown = await admin.send('/operator/mail/open', { id });
  expect(shown.headers.get('cache-control')).toBe('no-store');
  expect(shown.text).toContain(`href="${mail.link}"`);
  expect(shown.text).toContain('passfob activate');
  expect(shown.text).not.toContain('<script>alert');
  expect((await service.office.audit()).acts.filter(act => act === 'mail.open ada')).toHaveLength(1);
});

it('a mail server is set, tested and removed; its password is never shown, and the service sends by it', async service => {
  const { office } = service;
  const password = secret('the password at the mail server');
  await using server = await new MailReceiver(password).listen();
  const visitor = await service.signedIn('admin');
  const given = {
    host: '127.0.0.1',
    port: String(server.port),
    security: 'none',
    from: 'passfob@example.test',
    login: 'ada',
    contact: 'Hilda, extension 12',
    authority: '',
  };
  const place = '/operator/mails/server';
  expect((await visitor.send(`${place}/change`, { ...given, password: '' })).text).toContain(
    '<a href="#password">',
  );
  expect((await visitor.send(`${place}/change`, { ...given, password })).status).toBe(303);
  expect((await visitor.send(`${place}/change`, { ...given, from: 'other@example.test' })).status).toBe(303);
  expect(await readMailServer(office.store.db)).toMatchObject({ from: 'other@example.test', user: 'ada' });
  for (const path of [place, `${place}/change`, '/operator/audit'])
    expect((await visitor.get(path)).text).not.toContain(password);
  expect((await visitor.send(`${place}/test`, { to: 'ada@example.test' })).status).toBe(303);
  const id = await queue(office.management, await invitation(office.management));
  // Every operator's act wakes the mail worker.
  await visitor.send('/operator/users/create', { name: 'linus', displayName: '', email: '' });
  await expect.poll(async () => (await rowOf(office.management, id)).state).toBe('sent');
  const subjects = await Promise.all(server.messages.map(async ({ raw }) => (await parsed(raw)).subject));
  expect(subjects).toEqual(['Test mail of Passfob', 'Activate your fob for Example Ltd']);
  expect((await visitor.send(`${place}/remove`)).status).toBe(303);
  expect((await visitor.send(`${place}/test`, { to: 'ada@example.test' })).text).toContain(
    'There is no mail server',
  );
});
