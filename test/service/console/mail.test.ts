import { readMailServer } from '@passfob/service/features/mail/server';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { MailReceiver } from '../alerts/receivers.ts';
import { Rig } from '../kit.ts';
import { invitation, parsed, queue, rowOf } from '../mail/kit.ts';
import { furnish, signedIn } from './kit.ts';

test('a mail stays in the local outbox: an administrator reads it, and help desk sees its entry only', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const displayName = '<script>alert(1)</script>';
  const mail = await invitation(office.management, { displayName });
  const id = await queue(office.management, mail);
  expect(await furnished.service.outbox()).toMatchObject([{ id, to: mail.to, link: mail.link }]);
  const admin = await signedIn(furnished, 'admin', rig.clock);
  const desk = await signedIn(furnished, 'helpdesk', rig.clock);
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
  const refused = await desk.send('/operator/mail/open', { id });
  expect(refused.status).toBe(403);
  expect(refused.text).not.toContain(mail.activationString);
  expect((await office.audit()).acts.filter(act => act === 'mail.open ada')).toHaveLength(1);
});

test('a mail server is set, tested and removed; its password is never shown, and the service sends by it', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const password = secret('the password at the mail server');
  await using server = await new MailReceiver(password).listen();
  const visitor = await signedIn(furnished, 'admin', rig.clock);
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
