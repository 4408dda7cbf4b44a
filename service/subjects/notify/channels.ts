import { processLimits } from '../../base/limits/process.ts';
import { recordLimits } from '../../base/limits/records.ts';
import {
  described,
  type FieldShape,
  flag,
  list,
  named,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  text,
  whole,
} from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';

export const authority = described(
  text(recordLimits.certificateMaxChars),
  'PEM of the authority behind the certificate.',
);
export const hostAndPort = {
  host: text(recordLimits.hostNameMax),
  port: whole(1, processLimits.portMax),
} as const;
/** TLS from the first byte, by STARTTLS, or none, which is for loopback only. */
export const security = oneOf('tls', 'starttls', 'none');
export const mailAddress = text(recordLimits.mailAddressMax);
/** Log-in name at a mail server; its password is stored separately, encrypted. */
export const mailUser = text(recordLimits.channelSecretMax);

const mail = object(
  {
    ...hostAndPort,
    kind: oneOf('mail'),
    security,
    from: mailAddress,
    to: list(mailAddress, recordLimits.mailRecipientsMax),
  },
  { user: mailUser, authority },
);
const webhook = object({ kind: oneOf('webhook'), url: text(recordLimits.webhookUrlMax) }, { authority });
const syslog = object(
  { ...hostAndPort, kind: oneOf('syslog'), transport: oneOf('udp', 'tcp', 'tls') },
  { authority },
);
/** Alerts by mail; the channel's secret is the password of the log-in. */
export type MailChannel = TypeOf<typeof mail>;
/** Alerts by HTTP; the channel's secret is the signing key. */
export type WebhookChannel = TypeOf<typeof webhook>;
/** Alerts by syslog (RFC 5424). */
export type SyslogChannel = TypeOf<typeof syslog>;
export type ChannelTarget = MailChannel | WebhookChannel | SyslogChannel;

export const target: FieldShape<ChannelTarget> = {
  schema: { anyOf: [mail.schema, webhook.schema, syslog.schema] },
};
export const channelShape = named(
  object({ id: serviceText, name: serviceText, enabled: flag, target }),
  'Channel',
);
/** A channel that delivers alerts, as in the settings; its secret is stored separately, encrypted. */
export type NotificationChannel = TypeOf<typeof channelShape>;
export const channelName = text(recordLimits.channelNameMax, { minLength: 1 });

/** An operator's input for a channel. */
export interface ChannelInput extends Omit<NotificationChannel, 'id'> {
  readonly secret?: string | undefined;
}

export const CHANNELS_SETTING = 'alert-channels';

/** Returns the name of a channel's secret among the encrypted settings. */
export function secretNameOf(channelId: string): string {
  return `alert-channel:${channelId}`;
}

/** Returns the channels; the stored form is trusted, because this service wrote it. */
export async function readChannels(db: Db): Promise<readonly NotificationChannel[]> {
  const value = await readSetting(db, CHANNELS_SETTING);
  return Array.isArray(value) ? (value as NotificationChannel[]) : [];
}

async function readSetting(db: Db, name: string): Promise<unknown> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.value);
}
