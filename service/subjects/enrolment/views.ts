import type { Selectable } from 'kysely';
import { enrolmentLimits } from '../../base/limits/enrolment.ts';
import { mailStates } from '../../base/mail-kinds.ts';
import {
  count,
  described,
  named,
  nullable,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import type { Db } from '../../storage/database/database.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { type EndReason, endReasons } from '../tokens/end-activation.ts';
import type { ValidationEvent } from '../validation/events.ts';

export type ActivationRow = Selectable<Schema['activations']>;

/** The fobs that an activation accepts: only those that the service owns already, or blank ones as well. */
export const allowedFobs = oneOf('owned', 'any');

/** The status of an activation; `expired` is one that stayed open until its time was over. */
export type ActivationStatus = 'open' | 'expired' | 'used' | 'revoked';
export const activationStandings = [
  'open',
  'expired',
  'used',
  'revoked',
] as const satisfies readonly ActivationStatus[];

/** An activation as operators see it: never its code or its code's hash. */
export const activationShape = named(
  object({
    id: serviceText,
    user: serviceText,
    /** The token that is reserved for it, or that it activated; null until a fob decides it. */
    serial: nullable(serviceText),
    policy: nullable(serviceText),
    replaces: described(
      nullable(serviceText),
      'The token that is revoked in the transaction that makes the new one active.',
    ),
    fobs: allowedFobs,
    state: oneOf(...activationStandings),
    /** Why it was revoked; null in every other state. */
    reason: nullable(oneOf(...endReasons)),
    /** The step that the last relay reached. */
    step: oneOf('waiting', 'connected', 'paired', 'written', 'proved', 'done'),
    /** The fob that the last relay carried. */
    fob: nullable(serviceText),
    /** Runs that ended because of a wrong fob or a wrong pairing code. */
    attempts: count,
    /** The last run that the service refused, and the reason in a few words. */
    refused: nullable(object({ why: serviceText, atMs: time })),
    createdMs: time,
    expiresMs: time,
    remindedMs: nullable(time),
    usedMs: nullable(time),
    /** The operator who created it. */
    actor: serviceText,
    /** The state of its mail; null if it was handed over in person. */
    mail: nullable(object({ state: oneOf(...mailStates), error: nullable(serviceText), atMs: time })),
  }),
  'Activation',
);
export type ActivationView = TypeOf<typeof activationShape>;

/** Returns the status of a row at a moment. */
export function activationStatusOf(
  { state, expires_ms }: Pick<ActivationRow, 'state' | 'expires_ms'>,
  nowMs: number,
): ActivationStatus {
  return state === 'open' && expires_ms <= nowMs ? 'expired' : state;
}

/** Returns the last activations of a user, latest first. */
export async function activationsOf(
  db: Db,
  userId: string,
  nowMs: number,
): Promise<readonly ActivationView[]> {
  const rows = await activationRows(db)
    .where('activations.user_id', '=', userId)
    .orderBy('activations.created_ms', 'desc')
    .orderBy('activations.id', 'desc')
    .limit(enrolmentLimits.activationsOfUserListed)
    .execute();
  return viewsOf(db, rows, nowMs);
}

/** Returns one activation, or undefined. */
export async function viewActivation(db: Db, id: string, nowMs: number): Promise<ActivationView | undefined> {
  const row = await activationRows(db).where('activations.id', '=', id).executeTakeFirst();
  return row && (await viewsOf(db, [row], nowMs))[0];
}

/**
 * Returns the ids of those outcomes that are no log-ins: an activation ends with a passcode that nobody logs in with.
 * The outcome is in the log as an accepted one, at the moment at which the activation was used.
 */
export async function outcomesOfActivations(
  db: Db,
  events: readonly ValidationEvent[],
): Promise<ReadonlySet<number>> {
  const accepted = events.filter(({ outcome }) => outcome === 'accepted');
  const users = [...new Set(accepted.flatMap(({ user }) => user ?? []))];
  if (users.length === 0) return new Set();
  const used = await db
    .selectFrom('users')
    .innerJoin('activations', 'activations.user_id', 'users.id')
    .innerJoin('tokens', 'tokens.id', 'activations.token_id')
    .select(['tokens.serial', 'activations.used_ms as usedMs'])
    .where('users.name', 'in', valuesAsList(db, users))
    .where('activations.state', '=', 'used')
    .execute();
  const isOfActivation = ({ serial, atMs }: ValidationEvent) =>
    used.some(one => one.serial === serial && one.usedMs === atMs);
  return new Set(accepted.filter(isOfActivation).map(({ id }) => id));
}

function activationRows(db: Db) {
  return db
    .selectFrom('activations')
    .innerJoin('users', 'users.id', 'activations.user_id')
    .leftJoin('tokens', 'tokens.id', 'activations.token_id')
    .leftJoin('fobs', 'fobs.id', 'activations.fob_id')
    .leftJoin('policies', 'policies.id', 'activations.policy_id')
    .leftJoin('tokens as replaced', 'replaced.id', 'activations.replaces_token_id')
    .selectAll('activations')
    .select(['users.name as user', 'tokens.serial', 'fobs.serial as fob', 'policies.name as policy'])
    .select('replaced.serial as replacesSerial');
}

/** A row with the names of what it refers to. */
export type JoinedRow = Awaited<ReturnType<ReturnType<typeof activationRows>['execute']>>[number];

/** Returns activations as operators see them. */
export async function viewsOf(db: Db, rows: readonly JoinedRow[], nowMs: number): Promise<ActivationView[]> {
  const ids = rows.map(({ id }) => id);
  const mails = await db
    .selectFrom('mails')
    .select(['activation_id', 'state', 'error', 'created_ms'])
    .where('activation_id', 'in', valuesAsList(db, ids))
    .where('kind', '=', 'activation')
    .execute();
  const refusals = await lastRefusals(
    db,
    rows.map(row => row.user_id),
  );
  return rows.map(row => {
    const mail = mails.find(one => one.activation_id === row.id);
    return {
      id: row.id,
      user: row.user,
      serial: row.serial,
      policy: row.policy,
      replaces: row.replacesSerial,
      fobs: row.fobs,
      state: activationStatusOf(row, nowMs),
      reason: row.reason as EndReason | null,
      step: row.step,
      fob: row.fob,
      attempts: row.attempts,
      refused: refusals.get(row.id) ?? null,
      createdMs: row.created_ms,
      expiresMs: row.expires_ms,
      remindedMs: row.reminded_ms,
      usedMs: row.used_ms,
      actor: row.actor,
      mail: mail === undefined ? null : { state: mail.state, error: mail.error, atMs: mail.created_ms },
    };
  });
}

type LastRefusal = NonNullable<ActivationView['refused']>;

/**
 * Returns the last refusals of these users' activations, by activation: the help desk sees more detail than the
 * users.
 */
async function lastRefusals(db: Db, userIds: readonly string[]): Promise<Map<string, LastRefusal>> {
  const rows = await db
    .selectFrom('audit')
    .select(['at_ms', 'detail'])
    .where('subject_kind', '=', 'user')
    .where('subject_id', 'in', valuesAsList(db, [...new Set(userIds)]))
    .where('action', 'in', ['activation.refuse', 'activation.attempt'])
    .orderBy('id', 'desc')
    .limit(enrolmentLimits.activationRefusalsRead)
    .execute();
  const last = new Map<string, LastRefusal>();
  for (const { at_ms: atMs, detail } of rows) {
    const { activation, why } = JSON.parse(detail) as { readonly activation: string; readonly why: string };
    if (!last.has(activation)) last.set(activation, { why: why.replaceAll('_', ' '), atMs });
  }
  return last;
}
