import { recordLimits } from '../../../base/limits/records.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import type { ChannelTarget, MailChannel, SyslogChannel } from '../../../subjects/notify/channels.ts';
import type { SmtpServer } from '../../../subjects/notify/smtp.ts';
import type { FormField } from '../../web/fields.ts';

const text = consoleTexts.channels;

/** Returns the fields of one kind of channel. */
export function fieldsOfTarget(kind: ChannelTarget['kind'], target: ChannelTarget | undefined): FormField[] {
  if (kind === 'webhook')
    return [
      {
        name: 'url',
        label: text.url,
        hint: text.urlHint,
        value: target?.kind === 'webhook' ? target.url : '',
        max: recordLimits.webhookUrlMax,
        faults: ['bad_channel_url'],
      },
    ];
  return kind === 'mail'
    ? mailFields(target?.kind === 'mail' ? target : undefined)
    : syslogFields(target?.kind === 'syslog' ? target : undefined);
}

function serverFields(server: { host: string; port: number } | undefined, port: string): FormField[] {
  return [
    { name: 'host', label: text.host, value: server?.host ?? '', max: recordLimits.hostNameMax },
    { name: 'port', label: text.port, value: String(server?.port ?? port), isNumber: true },
  ];
}

function mailFields(mail: MailChannel | undefined): FormField[] {
  const to: FormField = {
    name: 'to',
    label: text.to,
    hint: text.toHint,
    kind: 'list',
    value: mail?.to.join('\n') ?? '',
  };
  return [...smtpFields(mail), to];
}

type Sender = SmtpServer & { readonly from: string };

/** Returns the fields of a mail server and of the sender's address. */
export function smtpFields(mail: Sender | undefined): FormField[] {
  return [
    ...serverFields(mail, '587'),
    {
      name: 'security',
      label: text.security,
      kind: 'select',
      options: text.securities,
      value: mail?.security ?? 'starttls',
      faults: ['channel_plain'],
    },
    {
      name: 'from',
      label: text.from,
      kind: 'email',
      value: mail?.from ?? '',
      max: recordLimits.mailAddressMax,
    },
    {
      name: 'login',
      label: text.login,
      optional: true,
      value: mail?.user ?? '',
      max: recordLimits.channelSecretMax,
    },
  ];
}

function syslogFields(syslog: SyslogChannel | undefined): FormField[] {
  return [
    ...serverFields(syslog, '6514'),
    {
      name: 'transport',
      label: text.transport,
      kind: 'select',
      options: text.transports,
      value: syslog?.transport ?? 'tls',
    },
  ];
}

/** Converts the typed values to a channel's form, which is validated when it is stored. */
export function targetOf(kind: ChannelTarget['kind'], value: (name: string) => string): ChannelTarget {
  if (kind === 'webhook') return { kind, url: value('url').trim(), ...authorityOf(value) };
  if (kind === 'syslog')
    return { kind, ...serverOf(value), transport: value('transport') as SyslogChannel['transport'] };
  return {
    kind,
    ...smtpOf(value),
    to: value('to')
      .split(/[\s,;]+/)
      .filter(Boolean),
  };
}

/** Converts the typed values of a mail server. */
export function smtpOf(value: (name: string) => string): Sender {
  const login = value('login').trim();
  return {
    ...serverOf(value),
    security: value('security') as SmtpServer['security'],
    from: value('from').trim(),
    ...(login !== '' && { user: login }),
  };
}

function serverOf(value: (name: string) => string) {
  return { host: value('host').trim(), port: Number(value('port')), ...authorityOf(value) };
}

function authorityOf(value: (name: string) => string) {
  const authority = value('authority').trim();
  return authority === '' ? {} : { authority };
}

export function authorityField(authority: string | undefined): FormField {
  return {
    name: 'authority',
    label: text.authority,
    hint: text.authorityHint,
    kind: 'list',
    optional: true,
    max: recordLimits.certificateMaxChars,
    value: authority ?? '',
  };
}
