import { mailLimits } from '../../base/limits/mail.ts';
import { described, named, object, type TypeOf, text } from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { readSecret } from '../../storage/encryption-at-rest/secret-settings.ts';
import { authority, hostAndPort, mailAddress, mailUser, security } from '../notify/channels.ts';

/** The mail server for mail to users, as in the settings; its password is stored separately, encrypted. */
export const mailServerShape = named(
  object(
    /** The sender's address also receives bounces. */
    { ...hostAndPort, security, from: mailAddress },
    {
      user: mailUser,
      authority,
      contact: described(text(mailLimits.mailContactMax), 'The contact that mails tell users to ask.'),
    },
  ),
  'MailServer',
);
export type MailServer = TypeOf<typeof mailServerShape>;

export const MAIL_SERVER = 'mail-server';
/** The name of its password among the encrypted settings. */
export const MAIL_PASSWORD = 'mail-server';

/**
 * Returns the mail server, or undefined if there is none; the stored form is trusted, because this service wrote it.
 */
export async function readMailServer(db: Db): Promise<MailServer | undefined> {
  const row = await db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', MAIL_SERVER)
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as MailServer);
}

/** Returns the password of the log-in there; undefined if there is none or it cannot be decrypted. A secret. */
export async function readMailPassword(db: Db, keys: Keys): Promise<string | undefined> {
  const password = await readSecret(db, keys, MAIL_PASSWORD);
  return password && Buffer.from(password).toString('utf8');
}
