import { mailLimits } from '../../base/limits/mail.ts';
import { type MailState, mailKinds, mailStates } from '../../base/mail-kinds.ts';
import {
  count,
  described,
  flag,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';

/** A mail as operators see it, without its content. */
export const mailShape = named(
  object({
    id: serviceText,
    kind: oneOf(...mailKinds),
    user: serviceText,
    address: serviceText,
    state: oneOf(...mailStates),
    /** Why it was not delivered, in words. */
    error: nullable(serviceText),
    attempts: count,
    createdMs: time,
    sentMs: nullable(time),
    expiresMs: time,
    isKept: described(flag, 'Whether administrators can read it in the local outbox.'),
  }),
  'Mail',
);
export type MailView = TypeOf<typeof mailShape>;

export interface MailFilter {
  readonly user?: string | undefined;
  readonly state?: MailState | undefined;
  readonly after?: MailCursor | undefined;
  /** 1 to 50, default 50. */
  readonly limit?: number | undefined;
}

/** A position in the order of mail. */
export interface MailCursor {
  readonly createdMs: number;
  readonly id: string;
}

/** One page of mail, newest first; `next` continues it, null at the end. */
export interface MailPage {
  readonly mails: readonly MailView[];
  readonly next: MailCursor | null;
}

/** Returns the mail that matches a filter. */
export async function pageMail(db: Db, filter: MailFilter = {}): Promise<MailPage> {
  const { user, state, after } = filter;
  const limit = Math.max(
    1,
    Math.min(mailLimits.mailsListed, Math.trunc(filter.limit ?? mailLimits.mailsListed)),
  );
  let query = mailRows(db);
  if (user !== undefined) query = query.where('users.name', '=', user);
  if (state !== undefined) query = query.where('mails.state', '=', state);
  if (after !== undefined)
    query = query.where(where =>
      where.or([
        where('mails.created_ms', '<', after.createdMs),
        where.and([where('mails.created_ms', '=', after.createdMs), where('mails.id', '<', after.id)]),
      ]),
    );
  const rows = await query
    .orderBy('mails.created_ms', 'desc')
    .orderBy('mails.id', 'desc')
    .limit(limit + 1)
    .execute();
  const mails = rows.slice(0, limit).map(viewOfMail);
  const last = mails.at(-1);
  const next = rows.length > limit && last !== undefined ? { createdMs: last.createdMs, id: last.id } : null;
  return { mails, next };
}

/** Returns one mail. */
export async function findMail(db: Db, id: string): Promise<MailView | undefined> {
  const row = await mailRows(db).where('mails.id', '=', id).executeTakeFirst();
  return row && viewOfMail(row);
}

function mailRows(db: Db) {
  return db
    .selectFrom('mails')
    .innerJoin('users', 'users.id', 'mails.user_id')
    .select([
      'mails.id',
      'mails.kind',
      'mails.address',
      'mails.state',
      'mails.error',
      'mails.attempts',
      'mails.created_ms',
      'mails.sent_ms',
      'mails.expires_ms',
      'mails.key_id',
      'users.name as user',
    ]);
}

type MailRow = Awaited<ReturnType<ReturnType<typeof mailRows>['execute']>>[number];

function viewOfMail(row: MailRow): MailView {
  return {
    id: row.id,
    kind: row.kind,
    user: row.user,
    address: row.address,
    state: row.state,
    error: row.error,
    attempts: row.attempts,
    createdMs: row.created_ms,
    sentMs: row.sent_ms,
    expiresMs: row.expires_ms,
    isKept: row.state === 'local' && row.key_id !== null,
  };
}
