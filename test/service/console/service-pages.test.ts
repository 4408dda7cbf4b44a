import { readChannels } from '@passfob/service/features/notify/channels';
import { changeSettings } from '@passfob/service/features/users/settings';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { codeNow, Rig } from '../kit.ts';
import { accepted, grace, Office } from '../users/kit.ts';
import { furnish, signedIn, Visitor } from './kit.ts';
import { fillWorld } from './world.ts';

test('channels are saved, changed without their secret, and removed; a generated key is shown once', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const hook = {
    id: '',
    name: 'hook',
    enabled: 'yes',
    url: 'https://hooks.example.org/a',
    secret: '',
    authority: '',
  };
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
  const mail = {
    id: '',
    name: 'mail',
    enabled: 'yes',
    host: 'mail.example.org',
    port: '587',
    security: 'none',
    from: 'a@example.org',
    to: 'b@example.org\nc@example.org',
    login: '',
    secret: '',
    authority: '',
  };
  expect((await visitor.send('/operator/channels/mail', mail)).text).toContain('Mail without TLS');
  expect((await visitor.send('/operator/channels/mail', { ...mail, security: 'tls' })).status).toBe(303);
  expect((await visitor.send('/operator/channel/remove', { id })).status).toBe(303);
  expect((await readChannels(office.store.db)).map(({ name }) => name)).toEqual(['mail']);
});

test('an operator whose role changes is signed out at once; the last administrator stays', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using _office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
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

test('an acknowledged alert opens again when it is repeated', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await office.users('ada');
  const token = await office.token('ada', { serial: 'ADA-1' });
  const passcode = codeNow(token, rig.clock.nowMs);
  const replay = () => furnished.service.validate({ user: 'ada', passcode, source: '192.0.2.1' });
  await replay();
  await replay();
  const visitor = await signedIn(furnished, 'helpdesk', rig.clock);
  const open = async () => (await visitor.get('/operator/alerts')).text;
  const id = /name="id" value="(\d+)"/.exec(await open())?.[1] ?? '';
  expect((await visitor.send('/operator/alert/acknowledge', { id })).status).toBe(303);
  expect(await open()).toContain('No alerts.');
  expect((await visitor.get('/operator/alerts?state=acknowledged')).text).toContain('hilda');
  expect((await visitor.send('/operator/alert/acknowledge', { id })).status).toBe(422);
  await replay();
  expect(await open()).toContain('2 times');
});

test('the console’s own application cannot be changed, disabled or given a key', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await fillWorld(furnished, rig.clock);
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const { id } = await office.store.db
    .selectFrom('applications')
    .select('id')
    .where('name', '=', 'console')
    .executeTakeFirstOrThrow();
  for (const act of ['rotate', 'disable', 'factors']) {
    const refused = await visitor.send(`/operator/application/${act}`, { id, factors: 'otp' });
    expect([refused.status, refused.text.includes('the console itself')]).toEqual([422, true]);
  }
  const { text } = await visitor.get('/operator/applications');
  expect(text).toContain('VPN &lt;gateway&gt;');
});

test('pages show the configured name of the service as text', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const stranger = new Visitor(furnished.service);
  const shown = async () => [
    await visitor.get('/operator'),
    await stranger.get('/operator'),
    await stranger.get('/login'),
    await stranger.post('/login', new URLSearchParams({ user: 'ada', passcode: '123456' })),
  ];
  for (const { text } of await shown()) expect(text).toMatch(/<title>[^<]* · Passfob<\/title>/);
  accepted(await changeSettings(office.management, grace, { serviceName: 'ACME <keys>' }));
  for (const { text } of await shown()) {
    expect(text).toMatch(/<title>[^<]* · ACME &lt;keys&gt;<\/title>/);
    expect(text).toMatch(/<img src="[^"]+" alt="">ACME &lt;keys&gt;</);
    expect(text).not.toContain('Passfob');
  }
});

test('the set-up refuses a reserved name for an administrator and creates no user', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const password = secret('plum-anchor-violet-9');
  const refused = await visitor.send('/operator/setup/admin', { user: 'service', displayName: '', password });
  expect(refused.status).toBe(422);
  const users = await office.store.db.selectFrom('users').select('name').execute();
  expect(users.map(({ name }) => name)).not.toContain('service');
});

test('the first steps offer the activation of the administrator’s fob, and tick it off once it is active', async () => {
  await using rig = new Rig();
  const visitor = new Visitor(await rig.start());
  await visitor.enter();
  await using office = await Office.beside(rig);
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
  await office.token('alice', { serial: 'FOB-alice' });
  const done = await steps();
  expect(done.fob).toBe('Done');
  expect(done.text).not.toContain('An activation waits');
});

test('lists that are searched for a text have the button Search, all others Filter', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using _office = furnished.office;
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const buttons = [];
  for (const list of ['users', 'tokens', 'activations', 'alerts', 'mails', 'audit']) {
    const { text } = await visitor.get(`/operator/${list}`);
    buttons.push([list, /<form class="search"[\s\S]*?>(\w+)<\/button>/.exec(text)?.[1]]);
  }
  expect(Object.fromEntries(buttons)).toEqual({
    users: 'Search',
    tokens: 'Search',
    activations: 'Filter',
    alerts: 'Filter',
    mails: 'Filter',
    audit: 'Filter',
  });
});
