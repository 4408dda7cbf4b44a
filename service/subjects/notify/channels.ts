import type { Db } from '../../storage/database/database.ts';
import type { SmtpServer } from './smtp.ts';

/** Alerts by mail; the channel's secret is the password of the log-in. */
export interface MailChannel extends SmtpServer {
  readonly kind: 'mail';
  readonly from: string;
  readonly to: readonly string[];
}

/** Alerts by HTTP; the channel's secret is the signing key. */
export interface WebhookChannel {
  readonly kind: 'webhook';
  readonly url: string;
  readonly authority?: string | undefined;
}

/** Alerts by syslog (RFC 5424). */
export interface SyslogChannel {
  readonly kind: 'syslog';
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly authority?: string | undefined;
}

export type ChannelTarget = MailChannel | WebhookChannel | SyslogChannel;

/** A channel that delivers alerts, as in the settings; its secret is stored separately, encrypted. */
export interface NotificationChannel {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly target: ChannelTarget;
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
