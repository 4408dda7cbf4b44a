import { mailLimits } from '../../../base/limits/mail.ts';
import { processLimits } from '../../../base/limits/process.ts';
import { recordLimits } from '../../../base/limits/records.ts';
import { done, refused } from '../../../base/results.ts';
import {
  count,
  described,
  flag,
  list,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  text,
  time,
  whole,
} from '../../../base/shapes.ts';
import { recordBounce } from '../../../subjects/mail/bounces.ts';
import { pageMail } from '../../../subjects/mail/list.ts';
import { testMailServer } from '../../../subjects/mail/send.ts';
import { readMailServer, removeMailServer, saveMailServer } from '../../../subjects/mail/server.ts';
import { next, pageFields, readCursor, writeCursor } from '../kit/pages.ts';
import { userName } from '../kit/params.ts';
import { type ApiRoute, route } from '../kit/route.ts';

const state = oneOf('waiting', 'sent', 'failed', 'bounced', 'dropped', 'local');
const mail = named(
  object({
    id: serviceText,
    kind: oneOf('activation', 'reminder', 'activated', 'expired'),
    user: serviceText,
    address: serviceText,
    state,
    error: nullable(serviceText),
    attempts: count,
    createdMs: time,
    sentMs: nullable(time),
    expiresMs: time,
    isKept: described(flag, 'Whether administrators can read it in the local outbox.'),
  }),
  'Mail',
);
const server = object(
  {
    host: text(recordLimits.hostNameMax),
    port: whole(1, processLimits.portMax),
    security: oneOf('tls', 'starttls', 'none'),
    from: text(recordLimits.mailAddressMax),
  },
  {
    user: text(recordLimits.channelSecretMax),
    authority: described(
      text(recordLimits.certificateMaxChars),
      'PEM of the authority behind the certificate.',
    ),
    contact: described(text(mailLimits.mailContactMax), 'The contact that mails tell users to ask.'),
  },
);
const mailServer = named(server, 'MailServer');
const given = object(
  {
    host: text(recordLimits.hostNameMax),
    port: whole(1, processLimits.portMax),
    security: oneOf('tls', 'starttls', 'none'),
    from: text(recordLimits.mailAddressMax),
  },
  {
    user: text(recordLimits.channelSecretMax),
    authority: text(recordLimits.certificateMaxChars),
    contact: text(mailLimits.mailContactMax),
    password: text(recordLimits.channelSecretMax, {
      description: 'The password at the mail server. Never returned.',
    }),
  },
);
const example: TypeOf<typeof given> = {
  host: 'localhost',
  port: 25,
  security: 'none',
  from: 'passfob@example.org',
};

const exampleBounce = [
  'Content-Type: multipart/report; report-type=delivery-status; boundary=cut',
  '',
  '--cut',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mail.example.org',
  'Original-Envelope-Id: 6f1c2d3e-4a5b-4c6d-8e7f-90a1b2c3d4e5',
  '',
  'Final-Recipient: rfc822; ada@example.org',
  'Action: failed',
  'Status: 5.1.1',
  '',
  '--cut--',
  '',
].join('\r\n');

export const mailRoutes: readonly ApiRoute[] = [
  route({
    name: 'mails.list',
    summary: 'List mails to users with their state, newest first.',
    method: 'GET',
    path: '/v1/mails',
    permission: 'read',
    query: object({}, { ...pageFields, limit: whole(1, mailLimits.mailsListed), user: userName, state }),
    answer: object({ mails: list(mail), next }),
    refusals: ['bad_cursor'],
    handle: async ({ management, query: { after, ...filter } }) => {
      const place = after === undefined ? undefined : readCursor(after);
      if (after !== undefined && place === undefined) return refused('bad_cursor');
      const page = await pageMail(management.db, {
        ...filter,
        after: place && { createdMs: place.number, id: place.text },
      });
      return done({
        mails: page.mails,
        next: page.next === null ? null : writeCursor(page.next.createdMs, page.next.id),
      });
    },
  }),
  route({
    name: 'mails.bounce',
    summary: 'Process a delivery status notification, such as a bounce (RFC 3464).',
    method: 'POST',
    path: '/v1/mails/bounces',
    permission: 'mail.bounce',
    body: object({ message: text(mailLimits.bounceMaxBytes, { minLength: 1 }) }),
    example: { message: exampleBounce },
    bodyMaxBytes: mailLimits.bounceBodyMaxBytes,
    answer: mail,
    refusals: ['bad_bounce', 'unknown_mail'],
    handle: ({ management, actor, body }) => recordBounce(management, actor, body),
  }),
  route({
    name: 'mail-server.get',
    summary: 'Show the mail server for mails to users.',
    method: 'GET',
    path: '/v1/mail-server',
    permission: 'read',
    answer: object({ server: nullable(mailServer) }),
    refusals: [],
    handle: async ({ management }) => done({ server: (await readMailServer(management.db)) ?? null }),
  }),
  route({
    name: 'mail-server.set',
    summary: 'Set the mail server for mails to users.',
    method: 'PUT',
    path: '/v1/mail-server',
    permission: 'settings.change',
    body: given,
    example,
    answer: mailServer,
    refusals: ['bad_mail_server', 'bad_mail_password', 'channel_plain'],
    handle: ({ management, actor, body }) => saveMailServer(management, actor, body),
  }),
  route({
    name: 'mail-server.remove',
    summary: 'Remove the mail server: mails to users stay in the local outbox.',
    method: 'DELETE',
    path: '/v1/mail-server',
    permission: 'settings.change',
    answer: mailServer,
    refusals: ['no_mail_server'],
    handle: ({ management, actor }) => removeMailServer(management, actor),
  }),
  route({
    name: 'mail-server.test',
    summary: 'Send a test mail to an address now.',
    method: 'POST',
    path: '/v1/mail-server/test',
    permission: 'settings.change',
    body: object({ to: text(recordLimits.mailAddressMax) }),
    example: { to: 'ada@example.org' },
    answer: object({ sent: flag }),
    refusals: ['no_mail_server', 'bad_email', 'mail_failed'],
    handle: ({ management, actor, body }) => testMailServer(management, actor, body),
  }),
];
