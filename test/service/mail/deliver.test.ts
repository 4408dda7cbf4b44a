import { writing } from '@passfob/service/storage/database/database';
import { pageAlerts } from '@passfob/service/subjects/alerts/manage';
import { removeMailServer, saveMailServer, testMailServer } from '@passfob/service/subjects/mail/acts';
import { deliverMail, leaseMail } from '@passfob/service/subjects/mail/deliver';
import { expireMail, forgetMail } from '@passfob/service/subjects/mail/expiry';
import { dropMailOf, queueMail } from '@passfob/service/subjects/mail/queue';
import { startMailWorker } from '@passfob/service/subjects/mail/worker';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { MailReceiver } from '../alerts/receivers.ts';
import { codeOf, grace, Office, testOfOffice as test } from '../users/kit.ts';
import { freshString, invitation, parsed, queue, rowOf, useServer } from './kit.ts';

test('a mail is encrypted while it waits, sent once, and emptied afterwards', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  const mail = await invitation(management);
  const id = await queue(management, mail);
  const waiting = await rowOf(management, id);
  expect(waiting).toMatchObject({ state: 'waiting', address: 'ada@example.test', attempts: 0 });
  expect(JSON.stringify(waiting)).not.toContain(mail.activationString);
  expect(await deliverMail(management)).toEqual({ leased: 1, sent: 1 });
  expect(await deliverMail(management)).toEqual({ leased: 0, sent: 0 });
  expect(server.messages).toHaveLength(1);
  expect(server.messages[0]?.to).toEqual(['ada@example.test']);
  // A bounce returns only the headers of the mail, not the link.
  expect(server.returned).toBe('HDRS');
  expect(await rowOf(management, id)).toMatchObject({
    state: 'sent',
    sent_ms: office.nowMs,
    sealed_content: null,
    key_id: null,
    error: null,
  });
});

test('without a mail server mails stay local; waiting mails become local when the server is removed', async office => {
  const { management } = office;
  const first = await queue(management, await invitation(management));
  expect(await rowOf(management, first)).toMatchObject({ state: 'local' });
  await useServer(management, 9);
  const second = await queue(management, await invitation(management));
  await office.do(removeMailServer, {});
  await deliverMail(management);
  const row = await rowOf(management, second);
  expect(row).toMatchObject({ state: 'local', error: null });
  expect(row.sealed_content).not.toBeNull();
  expect(await office.code(removeMailServer, {})).toBe('no_mail_server');
});

test('a mail is committed or rolled back with the transaction that queued it', async office => {
  const { management } = office;
  const { db, keys } = management;
  const mail = await invitation(management);
  const failing = writing(db, async transaction => {
    await queueMail(transaction, keys, mail);
    throw new Error('undone');
  });
  await expect(failing).rejects.toThrow('undone');
  expect(await db.selectFrom('mails').selectAll().execute()).toEqual([]);
});

test.each([
  ['RCPT TO', 550, 'failed', 'SMTP EENVELOPE 550'],
  ['DATA', 554, 'failed', 'SMTP EMESSAGE 554'],
  ['RCPT TO', 450, 'waiting', 'SMTP EENVELOPE 450'],
  ['MAIL FROM', 550, 'waiting', 'SMTP EENVELOPE 550'],
] as const)('a mail server that answers %s by %i leaves the mail %s', async (at, code, state, error) => {
  await using office = await Office.open();
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  const id = await queue(management, await invitation(management));
  server.refusal = { at, code };
  expect(await deliverMail(management)).toEqual({ leased: 1, sent: 0 });
  const row = await rowOf(management, id);
  // The server's own words are never stored, because they contain the address.
  expect(row).toMatchObject({ state, error });
  expect(row.sealed_content === null).toBe(state === 'failed');
  const { alerts } = await pageAlerts(management.db);
  expect(alerts.map(({ kind, user, lastSource }) => [kind, user, lastSource])).toEqual(
    state === 'failed' ? [['undelivered', 'ada', error]] : [],
  );
  server.refusal = undefined;
  office.nowMs = row.due_ms;
  expect((await deliverMail(management)).sent).toBe(state === 'failed' ? 0 : 1);
});

test('a failed mail is retried at growing intervals under one Message-ID, and finally given up', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  const mail = await invitation(management, { expiresMs: office.nowMs + 1e9 });
  const id = await queue(management, mail);
  server.refusal = { at: 'MAIL FROM', code: 451 };
  let row = await rowOf(management, id);
  const waits: number[] = [];
  while (row.state === 'waiting') {
    office.nowMs = Math.max(office.nowMs, row.due_ms);
    await deliverMail(management);
    row = await rowOf(management, id);
    waits.push(row.due_ms - office.nowMs);
  }
  expect(row).toMatchObject({ state: 'failed', attempts: 16, sealed_content: null });
  for (const [index, wait] of waits.slice(0, -1).entries())
    expect(wait).toBeGreaterThanOrEqual(Math.min(3_600_000, 5000 * 2 ** index) / 2);
  expect((await pageAlerts(management.db)).alerts).toMatchObject([{ kind: 'undelivered', count: 1 }]);
});

test('two nodes send each mail once; mails leased by a dead node are sent after the lease', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  for (let index = 0; index < 6; index++) await queue(management, await invitation(management));
  expect(await leaseMail(management.db, office.nowMs)).toHaveLength(6);
  expect(await deliverMail(management)).toEqual({ leased: 0, sent: 0 });
  office.nowMs += 60_000;
  const turns = await Promise.all([deliverMail(management), deliverMail(management)]);
  expect(turns.reduce((sum, { sent }) => sum + sent, 0)).toBe(6);
  expect(server.messages).toHaveLength(6);
  const ids = await Promise.all(server.messages.map(async ({ raw }) => (await parsed(raw)).messageId));
  expect(new Set(ids).size).toBe(6);
});

test('mails of an ended activation are dropped with their content', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  const local = await queue(management, await invitation(management, { activationId: 'old' }));
  await useServer(management, server.port);
  const waiting = await queue(management, await invitation(management, { activationId: 'old' }));
  const other = await queue(management, await invitation(management, { activationId: 'new' }));
  await writing(management.db, db => dropMailOf(db, 'old', office.nowMs));
  for (const id of [local, waiting])
    expect(await rowOf(management, id)).toMatchObject({ state: 'dropped', sealed_content: null });
  await deliverMail(management);
  expect(await rowOf(management, other)).toMatchObject({ state: 'sent' });
  expect(server.messages).toHaveLength(1);
});

test('a mail dropped while it is being sent stays dropped, and its delivery is still recorded', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  const id = await queue(management, await invitation(management));
  server.beforeAnswer = () => writing(management.db, db => dropMailOf(db, 'activation-1', office.nowMs));
  await deliverMail(management);
  expect(await rowOf(management, id)).toMatchObject({ state: 'dropped', sent_ms: office.nowMs });
});

test('a mail is not sent after its expiry, and its stored content is destroyed', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  const local = await queue(management, await invitation(management));
  await useServer(management, server.port);
  const late = await queue(management, await invitation(management));
  office.nowMs += 72 * 3_600_000;
  await deliverMail(management);
  expect(await rowOf(management, late)).toMatchObject({ state: 'dropped', sealed_content: null });
  await queue(management, await invitation(management, { expiresMs: office.nowMs + 1 }));
  office.nowMs += 1;
  await expireMail(management.db, office.nowMs);
  const rows = await management.db.selectFrom('mails').select(['state', 'sealed_content']).execute();
  expect(rows.map(({ state }) => state).sort()).toEqual(['dropped', 'dropped', 'local']);
  expect(rows.map(({ sealed_content }) => sealed_content)).toEqual([null, null, null]);
  expect(server.messages).toEqual([]);
  expect((await rowOf(management, local)).state).toBe('local');
  await forgetMail(management.db, office.nowMs + 91 * 24 * 3_600_000);
  expect(await management.db.selectFrom('mails').select('id').execute()).toEqual([]);
});

test('the worker sends mails that were queued before it started, and mails it is woken for', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  await useServer(management, server.port);
  const arrived = async (count: number) => expect.poll(() => server.messages.length).toBe(count);
  await queue(management, await invitation(management));
  const first = startMailWorker(management);
  await arrived(1);
  await first.close();
  const worker = startMailWorker(management);
  await queue(management, await invitation(management));
  worker.wake();
  await arrived(2);
  await worker.close();
  worker.wake();
  await queue(management, await invitation(management));
  expect(server.messages).toHaveLength(2);
});

test('the mail password is encrypted, required again for another server, and removed with the user name', async office => {
  const { management } = office;
  const password = secret('the password at the mail server');
  const given = {
    host: 'mail.example.test',
    port: 587,
    security: 'starttls',
    from: 'a@example.test',
  } as const;
  const save = (changes: object) => saveMailServer(management, grace, { ...given, ...changes });
  expect(codeOf(await save({ user: 'ada' }))).toBe('bad_mail_password');
  expect(codeOf(await save({ user: 'ada', password }))).toBe('done');
  expect(codeOf(await save({ user: 'bob', contact: 'Hilda, extension 12' }))).toBe('done');
  expect(codeOf(await save({ user: 'ada', port: 465 }))).toBe('bad_mail_password');
  const settings = () => management.db.selectFrom('settings').selectAll().execute();
  expect(JSON.stringify(await settings())).not.toContain(password);
  expect((await settings()).map(({ name }) => name)).toContain('secret:mail-server');
  expect(codeOf(await save({}))).toBe('done');
  expect((await settings()).map(({ name }) => name)).not.toContain('secret:mail-server');
  for (const bad of [
    { host: 'a b' },
    { port: 0 },
    { from: 'a@b, c@d' },
    { from: 'a\r\nBcc: c@d' },
    { contact: 'a\nb' },
    { contact: 'x'.repeat(200) },
    { authority: 'no certificate' },
  ])
    expect([bad, codeOf(await save(bad))]).toEqual([bad, 'bad_mail_server']);
  expect(codeOf(await save({ security: 'none' }))).toBe('channel_plain');
  expect((await office.audit()).text).not.toContain(password);
});

test('a test mail is sent at once or reports its failure; both are in the audit', async office => {
  await using server = await new MailReceiver().listen();
  const { management } = office;
  const send = (to: string) => testMailServer(management, grace, { to });
  expect(codeOf(await send('ada@example.test'))).toBe('no_mail_server');
  await useServer(management, server.port);
  expect(codeOf(await send('ada@example.test, bob@example.test'))).toBe('bad_email');
  expect(codeOf(await send('ada@example.test'))).toBe('done');
  expect((await parsed(server.messages[0]?.raw ?? '')).subject).toBe('Test mail of Passfob');
  server.refusal = { at: 'RCPT TO', code: 550 };
  expect(codeOf(await send('ada@example.test'))).toBe('mail_failed');
  expect((await office.audit()).acts.filter(act => act === 'settings.change mail server')).toHaveLength(3);
});

test('a mail with invalid facts is an internal error, and nothing is stored', async office => {
  const { management } = office;
  const elsewhere = `https://elsewhere.example/activate#${freshString()}`;
  for (const changes of [
    { to: 'a@b.example, c@d.example' },
    { to: 'a@b.example\r\nBcc: c@d.example' },
    { publicUrl: 'https://otp.example.test/path' },
    { link: elsewhere },
    { link: 'https://otp.example.test/activate# x' },
    { activationString: 'a b' },
    { activationString: 'x'.repeat(1024) },
    { serviceName: 'x'.repeat(10_000) },
  ]) {
    const mail = await invitation(management, changes);
    await expect(writing(management.db, db => queueMail(db, management.keys, mail))).rejects.toThrow(/mail/);
  }
  expect(await management.db.selectFrom('mails').select('id').execute()).toEqual([]);
});
