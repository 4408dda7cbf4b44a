import { randomUUID } from 'node:crypto';
import { mailLimits } from '@passfob/service/base/limits/mail';
import { pageAlerts } from '@passfob/service/features/alerts/manage';
import { readBounce, recordBounce } from '@passfob/service/features/mail/bounces';
import { deliverMail } from '@passfob/service/features/mail/deliver';
import { removeMailServer } from '@passfob/service/features/mail/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MailReceiver } from '../alerts/receivers.ts';
import { accepted, codeOf, grace, Office } from '../users/kit.ts';
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

test('a delay notice, or a bounce of another service’s mail, changes nothing', async () => {
  await using office = await Office.open();
  const { management } = office;
  const { id } = await sent(office);
  const codes = async (message: string) => codeOf(await recordBounce(management, grace, { message }));
  const late = bounceOf({ envelopeId: id }, { action: 'delayed', status: '4.4.1' });
  expect(await codes(late)).toBe('done');
  expect(await rowOf(management, id)).toMatchObject({ state: 'sent' });
  expect(await codes(bounceOf({ envelopeId: randomUUID() }))).toBe('unknown_mail');
  expect(await codes(bounceOf({ head: 'Message-ID: <someone@else.example>' }))).toBe('unknown_mail');
  // A mail that was never sent cannot bounce.
  const waiting = await queue(management, await invitation(management));
  expect(await codes(bounceOf({ envelopeId: waiting }))).toBe('unknown_mail');
  accepted(await removeMailServer(management, grace));
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
