import type { Actor } from '../../base/actor.ts';
import { mailLimits } from '../../base/limits/mail.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, refused } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { putSecret, readSecret, removeSecret } from '../../storage/encryption-at-rest/secret-settings.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';
import { isMailAddress, problemOfSmtp } from '../notify/checks.ts';
import type { SmtpServer } from '../notify/smtp.ts';

/** The mail server for mail to users, as in the settings; its password is stored separately, encrypted. */
export interface MailServer extends SmtpServer {
  /** The sender's address, which also receives bounces. */
  readonly from: string;
  /** The contact named to users; default the help desk. */
  readonly contact?: string;
}

/** An administrator's input for the mail server. */
export interface MailServerInput extends MailServer {
  /** Password of the log-in. If left out, a stored one stays as long as the server is the same. */
  readonly password?: string | undefined;
}

const SETTING = 'mail-server';
/** The name of its password among the encrypted settings. */
const MAIL_PASSWORD = 'mail-server';

/**
 * Returns the mail server, or undefined if there is none; the stored form is trusted, because this service wrote it.
 */
export async function readMailServer(db: Db): Promise<MailServer | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', SETTING).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as MailServer);
}

/** Returns the password of the log-in there; undefined if there is none or it cannot be decrypted. A secret. */
export async function readMailPassword(db: Db, keys: Keys): Promise<string | undefined> {
  const password = await readSecret(db, keys, MAIL_PASSWORD);
  return password && Buffer.from(password).toString('utf8');
}

/**
 * Sets the mail server. Mail already in the local outbox stays there.
 *
 * @throws ServiceError `busy`
 */
export async function saveMailServer(
  { db, keys, clock }: Management,
  actor: Actor,
  { password, ...given }: MailServerInput,
) {
  const server = prepare(given);
  if (typeof server === 'string') return refused(server);
  if (password !== undefined && (password === '' || password.length > recordLimits.channelSecretMax))
    return refused('bad_mail_password');
  return writing(db, async transaction => {
    const before = await readMailServer(transaction);
    const needsPassword = server.user !== undefined;
    // A stored password must not go to another server than it was given for.
    const isKept = before?.user !== undefined && peerOf(before) === peerOf(server);
    if (needsPassword && password === undefined && !isKept) return refused('bad_mail_password');
    const atMs = clock();
    const row = { value: JSON.stringify(server), changed_ms: atMs };
    await transaction
      .insertInto('settings')
      .values({ name: SETTING, ...row })
      .onConflict(conflict => conflict.column('name').doUpdateSet(row))
      .execute();
    if (!needsPassword) await removeSecret(transaction, MAIL_PASSWORD);
    else if (password !== undefined)
      await putSecret(transaction, keys, {
        name: MAIL_PASSWORD,
        secret: Buffer.from(password),
        nowMs: atMs,
      });
    await recordAudit(transaction, keys, {
      ...mailServerEntry(actor, atMs),
      detail: {
        host: server.host,
        port: server.port,
        security: server.security,
        secretChanged: needsPassword && password !== undefined,
      },
    });
    return done(server);
  });
}

/** Removes the mail server and its password; unsent mail goes to the local outbox at the next turn. */
export function removeMailServer({ db, keys, clock }: Management, actor: Actor) {
  return writing(db, async transaction => {
    const before = await readMailServer(transaction);
    if (before === undefined) return refused('no_mail_server');
    const atMs = clock();
    await transaction.deleteFrom('settings').where('name', '=', SETTING).execute();
    await removeSecret(transaction, MAIL_PASSWORD);
    await recordAudit(transaction, keys, {
      ...mailServerEntry(actor, atMs),
      detail: { isRemoved: true },
    });
    return done(before);
  });
}

/** Returns the audit entry for a change of it. */
export function mailServerEntry(actor: Actor, atMs: number) {
  return {
    atMs,
    actor,
    action: 'settings.change',
    subjectKind: 'settings' as const,
    subjectId: SETTING,
    subject: 'mail server',
  };
}

function prepare({ host, port, security, user, authority, from, contact }: MailServer) {
  const line = prepareLine(contact ?? '', mailLimits.mailContactMax);
  const server = {
    host,
    port,
    security,
    from,
    ...(user === undefined ? {} : { user }),
    ...(authority === undefined ? {} : { authority }),
    ...(line ? { contact: line } : {}),
  };
  const problem = problemOfSmtp(server);
  if (problem !== undefined || line === undefined || !isMailAddress(from))
    return problem === 'channel_plain' ? problem : 'bad_mail_server';
  return server;
}

/** Identifies the server that knows the password. */
function peerOf({ host, port, security }: MailServer): string {
  return `${host}:${port} ${security}`;
}
