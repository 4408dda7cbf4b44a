import { mailLimits } from '../../../base/limits/mail.ts';
import { done } from '../../../base/results.ts';
import { nullable, object, text } from '../../../base/shapes.ts';
import { mailServerActs } from '../../../subjects/mail/acts.ts';
import { recordBounce } from '../../../subjects/mail/bounces.ts';
import { mailList, mailShape } from '../../../subjects/mail/list.ts';
import { mailServerShape, readMailServer } from '../../../subjects/mail/server.ts';
import { routeOfPages, routesOfActs } from '../kit/acts.ts';
import { type ApiRoute, route } from '../kit/route.ts';

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
  routeOfPages(mailList),
  route({
    name: 'mails.bounce',
    summary: 'Process a delivery status notification, such as a bounce (RFC 3464).',
    method: 'POST',
    path: '/v1/mails/bounces',
    permission: 'mail.bounce',
    body: object({ message: text(mailLimits.bounceMaxBytes, { minLength: 1 }) }),
    example: { message: exampleBounce },
    bodyMaxBytes: mailLimits.bounceBodyMaxBytes,
    answer: mailShape,
    refusals: ['bad_bounce', 'unknown_mail'],
    handle: ({ management, actor, body }) => recordBounce(management, actor, body),
  }),
  route({
    name: 'mail-server.get',
    summary: 'Show the mail server for mails to users.',
    method: 'GET',
    path: '/v1/mail-server',
    permission: 'read',
    answer: object({ server: nullable(mailServerShape) }),
    refusals: [],
    handle: async ({ management }) => done({ server: (await readMailServer(management.db)) ?? null }),
  }),
  ...routesOfActs(mailServerActs),
];
