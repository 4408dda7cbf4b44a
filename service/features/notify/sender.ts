import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/sealing/key-file.ts';
import { readSecret } from '../../storage/sealing/secret-settings.ts';
import { type Channel, secretNameOf } from './channels.ts';
import { mailSender } from './mail.ts';
import { type Send, SendError } from './notice.ts';
import { syslogSender } from './syslog.ts';
import { type WebhookOptions, webhookSender } from './webhook.ts';

/**
 * The way of sending of a channel, its secret unsealed.
 *
 * @throws SendError when the secret does not unseal
 */
export async function senderOf(
  { db, keys }: { readonly db: Db; readonly keys: Keys },
  channel: Channel,
  options: WebhookOptions,
): Promise<Send> {
  const { target } = channel;
  if (target.kind === 'syslog') return syslogSender(target);
  const secret = await readSecret(db, keys, secretNameOf(channel.id));
  if (target.kind === 'webhook') {
    if (secret === undefined) throw new SendError('no key');
    return webhookSender(target, secret, options);
  }
  if (target.user !== undefined && secret === undefined) throw new SendError('no password');
  return mailSender(target, secret && Buffer.from(secret).toString('utf8'));
}
