import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serviceActor } from '@passfob/service/base/actor';
import { mailLimits } from '@passfob/service/base/limits/mail';
import { openStore } from '@passfob/service/storage/database/database';
import { pageAlerts } from '@passfob/service/subjects/alerts/manage';
import { removeMailServer } from '@passfob/service/subjects/mail/acts';
import { readBounce, recordBounce } from '@passfob/service/subjects/mail/bounces';
import { deliverMail } from '@passfob/service/subjects/mail/deliver';
import { localMail, openMail } from '@passfob/service/subjects/mail/outbox';
import { backup } from '@passfob/service/subjects/operations/backup';
import { rekey } from '@passfob/service/subjects/operations/rekey';
import { restore } from '@passfob/service/subjects/operations/restore';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MailReceiver } from '../alerts/receivers.ts';
import { RecordsRig } from '../audit/kit.ts';
import { newDatabase } from '../kit.ts';
import { accepted, grace, testOfOffice as it, Office } from '../users/kit.ts';
import { bounceOf } from './bounce-kit.ts';
import { invitation, queue, rowOf, useServer } from './kit.ts';

/** Sends a mail. @returns its identifier, and its bytes on the wire */
async function sent(office: Office): Promise<{ id: string; raw: string }> {
  await using server = await new MailReceiver().listen();
  await useServer(office.management, server.port);
  const id = await queue(office.management, await invitation(office.management));
  await deliverMail(office.management);
  return { id, raw: server.messages[0]?.raw ?? '' };
}

test.each(['head', 'whole', 'envelope'] as const)(
  'a mail comes back with its %s: it is marked as bounced, and help desk has one alert',
  async form => {
    await using office = await Office.open();
    const { management } = office;
    const { id, raw } = await sent(office);
    const original = {
      head: { head: raw.split('\r\n\r\n')[0] ?? '' },
      whole: { whole: raw },
      envelope: { envelopeId: id },
    }[form];
    const take = () => recordBounce(management, grace, { message: bounceOf(original) });
    expect(accepted(await take())).toMatchObject({ id, user: 'ada', state: 'bounced', error: 'DSN 5.1.1' });
    expect(accepted(await take())).toMatchObject({ state: 'bounced' });
    expect(await rowOf(management, id)).toMatchObject({ state: 'bounced', error: 'DSN 5.1.1' });
    expect((await pageAlerts(management.db)).alerts).toMatchObject([
      { kind: 'undelivered', user: 'ada', count: 1, lastSource: 'DSN 5.1.1' },
    ]);
    const audit = await office.audit();
    expect(audit.acts.filter(act => act === 'mail.bounce ada')).toHaveLength(2);
    expect(audit.text).not.toContain('Recipient address rejected');
  },
);

it('a delay notice, or a bounce of another service’s mail, changes nothing', async office => {
  const { management } = office;
  const { id } = await sent(office);
  const codes = async (message: string) => await office.code(recordBounce, { message });
  const late = bounceOf({ envelopeId: id }, { action: 'delayed', status: '4.4.1' });
  expect(await codes(late)).toBe('done');
  expect(await rowOf(management, id)).toMatchObject({ state: 'sent' });
  expect(await codes(bounceOf({ envelopeId: randomUUID() }))).toBe('unknown_mail');
  expect(await codes(bounceOf({ head: 'Message-ID: <someone@else.example>' }))).toBe('unknown_mail');
  // A mail that was never sent cannot bounce.
  const waiting = await queue(management, await invitation(management));
  expect(await codes(bounceOf({ envelopeId: waiting }))).toBe('unknown_mail');
  await office.do(removeMailServer, {});
  await deliverMail(management);
  expect(await rowOf(management, waiting)).toMatchObject({ state: 'local', attempts: 1 });
  expect(await codes(bounceOf({ envelopeId: waiting }))).toBe('unknown_mail');
  for (const message of [
    '',
    'hello',
    'Subject: x\r\n\r\nAction: failed',
    'x'.repeat(mailLimits.bounceMaxBytes + 1),
  ])
    expect(await codes(message)).toBe('bad_bounce');
  expect((await pageAlerts(management.db)).alerts).toEqual([]);
});

test('property: reading any bounce message ends with a result', async () => {
  const id = randomUUID();
  const lines = bounceOf({ envelopeId: id }).split('\r\n');
  const odd = fc.constantFrom(
    '--cut',
    '--cut--',
    '',
    'Content-Type: message/rfc822',
    `${'x'.repeat(2000)}: y`,
    '\0',
    '=?',
  );
  const nested = `${'Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n'.repeat(500)}`;
  expect(await readBounce(nested)).toBeUndefined();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(lines.length), odd), { maxLength: 6 }), async changes => {
      const changed = [...lines];
      for (const [at, line] of changes) changed.splice(at, 0, line);
      const bounce = await readBounce(changed.join('\r\n'));
      expect(bounce?.ids ?? []).toEqual(expect.not.arrayContaining(['11111111-2222-4333-8444-555555555555']));
      if (changes.length === 0) expect(bounce).toEqual({ ids: [id], isFailed: true, status: '5.1.1' });
    }),
    { numRuns: 100 },
  );
});

test('re-keying covers the content of mails', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const mail = await invitation(management);
  const id = await queue(management, mail);
  const before = await rowOf(management, id);
  expect(await rekey({ ...management, directory: rig.directory }, serviceActor)).toMatchObject({
    resealed: 1,
  });
  const after = await rowOf(management, id);
  expect(after.key_id).not.toBe(before.key_id);
  expect(await localMail(management)).toMatchObject([{ id, link: mail.link }]);
});

test('a restore sends nothing twice: unsent mails are dropped, and sent ones stay sent', async () => {
  await using rig = new RecordsRig();
  const management = await rig.open();
  const local = await queue(management, await invitation(management));
  await useServer(management, 9);
  const waiting = await queue(management, await invitation(management));
  const sent = await queue(management, await invitation(management));
  await management.db.updateTable('mails').set({ state: 'sent' }).where('id', '=', sent).execute();
  const path = join(rig.directory, 'backup.gz');
  accepted(await backup(management, serviceActor, { path }));
  const directory = join(rig.directory, 'restored');
  mkdirSync(directory);
  const store = await openStore({ directory, databaseUrl: await newDatabase() });
  try {
    accepted(await restore({ ...management, store }, serviceActor, { path }));
    const restored = (id: string) => rowOf({ ...management, db: store.db }, id);
    const dropped = { state: 'dropped', sealed_content: null, key_id: null, error: 'restored from a backup' };
    expect(await restored(waiting)).toMatchObject(dropped);
    expect(await restored(local)).toMatchObject(dropped);
    expect(await restored(sent)).toMatchObject({ state: 'sent', error: null });
    expect(await deliverMail({ ...management, db: store.db })).toEqual({ leased: 0, sent: 0 });
  } finally {
    await store.close();
  }
});

it('opening a mail of the local outbox leaves an audit row without its content', async office => {
  const { management } = office;
  const mail = await invitation(management);
  const id = await queue(management, mail);
  const opened = await office.do(openMail, { id });
  expect(opened).toMatchObject({
    id,
    to: mail.to,
    link: mail.link,
    subject: 'Activate your fob for Example Ltd',
  });
  expect(opened.text).toContain(mail.link);
  const { acts, text } = await office.audit();
  expect(acts).toEqual(['mail.open ada']);
  expect(text).not.toContain(mail.activationString);
  await useServer(management, 9);
  const waiting = await queue(management, mail);
  expect(await office.code(openMail, { id: waiting })).toBe('mail_destroyed');
  expect(await office.code(openMail, { id: randomUUID() })).toBe('unknown_mail');
  expect((await localMail(management)).map(local => local.id)).toEqual([id]);
});
