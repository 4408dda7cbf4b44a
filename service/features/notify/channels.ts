import type { Db } from '../../storage/database/database.ts';
import type { SmtpServer } from './smtp.ts';

/** Where alerts go by mail; the password of the log-in is the channel's secret. */
export interface MailChannel extends SmtpServer {
  readonly kind: 'mail';
  readonly from: string;
  readonly to: readonly string[];
}

/** Where alerts go by HTTP; the channel's secret is the key of the signatures. */
export interface WebhookChannel {
  readonly kind: 'webhook';
  readonly url: string;
  readonly authority?: string | undefined;
}

/** Where alerts go by syslog (RFC 5424). */
export interface SyslogChannel {
  readonly kind: 'syslog';
  readonly host: string;
  readonly port: number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly authority?: string | undefined;
}

export type ChannelTarget = MailChannel | WebhookChannel | SyslogChannel;

/** A way by which alerts reach people, as the settings hold it: its secret is sealed and stands elsewhere. */
export interface NotificationChannel {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly target: ChannelTarget;
}

export const CHANNELS_SETTING = 'alert-channels';

/** The name of a channel's secret among the sealed settings. */
export function secretNameOf(channelId: string): string {
  return `alert-channel:${channelId}`;
}

/** The channels; what this service wrote is trusted to have its form. */
export async function readChannels(db: Db): Promise<readonly NotificationChannel[]> {
  const value = await readSetting(db, CHANNELS_SETTING);
  return Array.isArray(value) ? (value as NotificationChannel[]) : [];
}

async function readSetting(db: Db, name: string): Promise<unknown> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : JSON.parse(row.value);
}
