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
import { invitation, parsed, queue, rowOf } from '../mail/kit.ts';
import { startedService } from '../users/kit.ts';
import { testOfConsole as it, Visitor } from './kit.ts';

it('a channel is changed without its secret, which is shown once, and by the form of its kind only', async service => {
  const { db } = service.office.store;
  const visitor = await service.signedIn('admin');
  const hook = { id: '', name: 'hook', url: 'https://hooks.example.org/a', secret: '', authority: '' };
  const made = await visitor.send('/operator/channels/webhook', { ...hook, enabled: 'yes' });
  const key = secret(/<code>([\w-]{43})<\/code>/.exec(made.text)?.[1] ?? '');
  expect(key).not.toBe('');
  const [channel] = await readChannels(db);
  const id = channel?.id ?? '';
  await visitor.send('/operator/channels/webhook', { ...hook, id, name: 'renamed' });
  expect(await readChannels(db)).toEqual([{ ...channel, name: 'renamed', enabled: false }]);
  for (const path of ['/channels', `/channels/webhook?id=${id}`, '/audit'])
    expect((await visitor.get(`/operator${path}`)).text).not.toContain(key);
  expect((await visitor.get(`/operator/channels/mail?id=${id}`)).status).toBe(404);
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

it('a generated secret of a RADIUS client is shown once, an entered one never, and each is in use at once', async service => {
  const { db, keys } = service.office.management;
  const { id: application } = await rowIn(db, 'applications', { name: 'login' });
  const visitor = await service.signedIn('admin');
  const address = '192.0.2.10';
  const given = { name: 'gate', address, application, push: 'wait', secret: '' };
  const used: string[] = [];
  const shownOrTyped = async (act: string, fields: Record<string, string>) => {
    const { text, headers } = await visitor.send(`/operator/radius-client${act}`, fields);
    const shown = secret(/<code>([\w-]{32})<\/code>/.exec(text)?.[1] ?? '');
    if (shown !== '') expect(headers.get('cache-control')).toBe('no-store');
    used.push(shown || (fields.secret ?? ''));
    const known = await makeKnownClients(db, keys, () => 0).find(address);
    expect(Buffer.from(known?.secret ?? []).toString()).toBe(used.at(-1));
  };
  await shownOrTyped('s/create', given);
  const [gate] = await listRadiusClients(db);
  const id = gate?.id ?? '';
  await shownOrTyped('/secret', { id, secret: '' });
  await shownOrTyped('/secret', { id, secret: secret(randomBytes(16).toString('hex')) });
  expect(new Set(used).size).toBe(3);
  const secrets = ['s', `/change?id=${id}`, `/secret?id=${id}`].map(path => `/radius-client${path}`);
  for (const path of [...secrets, '/audit'])
    for (const value of used) expect((await visitor.get(`/operator${path}`)).text).not.toContain(value);
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
