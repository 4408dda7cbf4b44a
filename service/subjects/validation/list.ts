import { type SqlBool, sql } from 'kysely';
import type { Tone } from '../../base/html.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { type AcceptedBy, failedFactor, type Outcome } from '../../base/outcomes.ts';
import {
  count,
  described,
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
import { acceptedByTexts } from '../../base/texts/push.ts';
import { texts } from '../../base/texts/texts.ts';
import { equals, filter, oneFilter, period } from '../kit/filters.ts';
import { pagedList } from '../kit/list.ts';
import { ofUser } from '../users/filter.ts';

const { columns } = texts.operator;

const by = described(
  nullable(oneOf<AcceptedBy>('push')),
  '`push` if an approval on the fob logged the user in; null with every other log-in, and every other outcome.',
);

const event = named(
  object({
    id: count,
    atMs: time,
    user: nullable(serviceText),
    outcome: oneOf(...(Object.keys(failedFactor) as Outcome[])),
    by,
    serial: nullable(serviceText),
    source: serviceText,
    application: serviceText,
    requestId: serviceText,
  }),
  'Event',
);
type Event = TypeOf<typeof event>;

const outcomeTones: Readonly<Record<Outcome, Tone>> = {
  accepted: 'good',
  wrong: 'warn',
  superseded: 'warn',
  replay: 'bad',
  locked: 'warn',
  disabled: 'plain',
  wrong_password: 'warn',
  wrong_pin: 'warn',
  pin_change: 'plain',
  new_pin: 'plain',
  found: 'plain',
  unknown_user: 'plain',
  no_usable_token: 'plain',
  unreadable: 'bad',
  malformed: 'plain',
  no_challenge: 'plain',
  push_denied: 'warn',
  push_reported: 'bad',
  push_expired: 'plain',
  push_failed: 'bad',
  push_incomplete: 'plain',
  push_quiet: 'plain',
  no_push: 'plain',
};

/** Returns the looks of an outcome, and its word: the accepted factor, if it was no passcode. */
export function outcomeLook({ outcome, by }: Pick<Event, 'outcome' | 'by'>): readonly [Tone, string] {
  return [outcomeTones[outcome], by === null ? texts.outcomes[outcome] : acceptedByTexts[by]];
}

/** All log-ins, accepted and refused. */
export const logIns = pagedList<Event, Event>({
  name: 'events.list',
  summary: 'List log-ins with their outcome and real reason, latest first.',
  at: 'GET /v1/events',
  permission: 'read',
  item: event,
  as: 'events',
  key: 'id',
  title: 'id',
  columns: {
    atMs: { label: columns.time, as: 'time' },
    outcome: { label: columns.outcome, as: (_, item) => outcomeLook(item) },
    user: { label: columns.user, as: 'user', none: texts.operator.nobody },
    serial: { label: columns.serial, as: 'token' },
    application: { label: consoleTexts.application },
    source: { label: columns.source },
  },
  page: {
    at: '/log-ins',
    title: consoleTexts.logIns.title,
    lead: consoleTexts.logIns.lead,
    none: texts.operator.noOutcomes,
  },
  filters: {
    user: ofUser(columns.user),
    serial: filter(
      text(tokenLimits.serialMax, { minLength: 1 }),
      { label: columns.serial },
      serial => sql<SqlBool>`token_id = (select id from tokens where serial = ${serial})`,
    ),
    outcome: oneFilter<Outcome>(texts.outcomes, columns.outcome, 'outcome'),
    application: filter(
      text(tokenLimits.serialMax, { minLength: 1 }),
      {
        label: consoleTexts.application,
        options: async db => [
          ['', consoleTexts.logIns.anyApplication],
          ...(await db.selectFrom('applications').select('name').orderBy('name').execute()).map(
            ({ name }) => [name, name] as const,
          ),
        ],
      },
      name => sql<SqlBool>`application_id in (select id from applications where name = ${name})`,
    ),
    source: equals(text(tokenLimits.serialMax, { minLength: 1 }), columns.source, 'source'),
    ...period('at_ms'),
  },
  rows: {
    table: 'events',
    order: { at_ms: 'number', id: 'number' },
    selected: sql<Event>`events.id, events.at_ms as "atMs", users.name as "user", events.outcome, events."by" as "by",
      tokens.serial, events.source, applications.name as application, events.request_id as "requestId"`,
    joined: sql`inner join applications on applications.id = events.application_id
      left join users on users.id = events.user_id left join tokens on tokens.id = events.token_id`,
  },
  views: rows =>
    rows.map(({ id, atMs, user, outcome, by, serial, source, application, requestId }) => ({
      ...{ id, atMs, user, outcome, by, serial, source, application, requestId },
    })),
});
