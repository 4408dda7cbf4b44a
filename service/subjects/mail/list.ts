import { sql } from 'kysely';
import type { Tone } from '../../base/html.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { type MailKind, type MailState, mailKinds, mailStates } from '../../base/mail-kinds.ts';
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
  text,
  time,
} from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import type { Db } from '../../storage/database/database.ts';
import { equals, oneFilter, period } from '../kit/filters.ts';
import { pagedList } from '../kit/list.ts';
import { ofUser } from '../users/filter.ts';
import { readMailServer } from './server.ts';

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

const tones: Readonly<Record<MailState, Tone>> = {
  waiting: 'plain',
  sent: 'good',
  failed: 'bad',
  bounced: 'bad',
  dropped: 'plain',
  local: 'plain',
};
const words = consoleTexts.mails;

/** Mail to users. Messages in the local outbox have a link to read them, for roles that may. */
export const mailList = pagedList<MailView, MailRow>({
  name: 'mails.list',
  summary: 'List mails to users with their state, newest first.',
  at: 'GET /v1/mails',
  permission: 'read',
  item: mailShape,
  as: 'mails',
  key: 'id',
  title: 'user',
  columns: {
    createdMs: { label: words.created, as: 'time' },
    kind: { label: words.kind, as: Object.entries(words.kinds) },
    user: { label: words.user, as: 'user' },
    address: { label: words.address },
    state: { label: words.state, as: state => [tones[state], words.states[state]] },
    error: { label: words.why },
    sentMs: { label: words.sent, as: 'time' },
  },
  page: {
    at: '/mails',
    title: words.title,
    lead: words.lead,
    none: words.none,
    notice: async db => ((await readMailServer(db)) === undefined ? words.noServer : undefined),
    over: [{ at: '/mails/server', words: words.serverLink, permission: 'read' }],
  },
  links: [{ at: '/mail/open', words: words.open, permission: 'mail.open', when: ({ isKept }) => isKept }],
  filters: {
    user: ofUser(words.user),
    address: equals(text(recordLimits.mailAddressMax, { minLength: 1 }), words.address, 'address'),
    kind: oneFilter<MailKind>(words.kinds, words.kind, 'kind'),
    state: oneFilter<MailState>(words.states, words.state, 'state'),
    ...period('created_ms'),
  },
  rows: {
    table: 'mails',
    order: { created_ms: 'number', id: 'string' },
    selected: sql<MailRow>`mails.*, users.name as "user"`,
    joined: sql`inner join users on users.id = mails.user_id`,
  },
  views: rows => rows.map(viewOfMail),
});

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
