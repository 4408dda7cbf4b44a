/** Returns a mail server's report about an undeliverable mail (RFC 3464, in a report of RFC 6522). */
export function bounceOf(
  original: { readonly head?: string; readonly envelopeId?: string; readonly whole?: string },
  { action = 'failed', status = '5.1.1' }: { readonly action?: string; readonly status?: string } = {},
): string {
  const copy =
    original.whole === undefined
      ? ['Content-Type: text/rfc822-headers', '', original.head ?? 'Subject: something']
      : ['Content-Type: message/rfc822', '', original.whole];
  return [
    'From: Mail Delivery System <MAILER-DAEMON@mail.example.test>',
    'To: passfob@example.test',
    'Subject: Undelivered Mail Returned to Sender',
    'Message-ID: <11111111-2222-4333-8444-555555555555@mail.example.test>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="cut"',
    '',
    '--cut',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'I am sorry: <ada@example.test> is not known here.',
    '--cut',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.example.test',
    ...(original.envelopeId === undefined ? [] : [`Original-Envelope-Id: ${original.envelopeId}`]),
    '',
    'Final-Recipient: rfc822; ada@example.test',
    `Action: ${action}`,
    `Status: ${status}`,
    'Diagnostic-Code: smtp; 550 5.1.1 <ada@example.test>: Recipient address rejected',
    '',
    '--cut',
    ...copy,
    '--cut--',
    '',
  ].join('\r\n');
}
