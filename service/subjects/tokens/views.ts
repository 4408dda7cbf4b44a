import { sql } from 'kysely';
import { administrationLimits } from '../../base/limits/administration.ts';
import { consoleLimits } from '../../base/limits/console.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import {
  count,
  facts,
  list,
  named,
  nullable,
  number,
  object,
  oneOf,
  serviceText,
  type TypeOf,
  time,
} from '../../base/shapes.ts';
import { type TokenState, tokenStates } from '../../base/token-states.ts';
import type { Db } from '../../storage/database/database.ts';
import { kindShapes, tokenKind } from './kind-fields.ts';
import type { TokenRow } from './rows.ts';

export const tokenState = oneOf(...(Object.keys(tokenStates) as TokenState[]));

/**
 * A token in its public form. `user`: who has it, or had it when it was revoked; `suite`: OCRA only (RFC 6287 §6);
 * `lookAhead`: number of accepted counters from the next one on, null except for HOTP.
 */
export const tokenShape = named(
  object({
    serial: serviceText,
    user: nullable(serviceText),
    state: tokenState,
    revokedReason: nullable(serviceText),
    ...kindShapes,
    kind: tokenKind.shape,
    suite: nullable(serviceText),
    driftSteps: number,
    issuer: serviceText,
    label: serviceText,
    createdMs: time,
    lastUsedMs: nullable(time),
  }),
  'Token',
);
export type TokenView = TypeOf<typeof tokenShape>;

/**
 * Returns the public form of a row: fields are listed one by one, so that a new column is not exposed by accident.
 */
export function viewOf(row: TokenRow, user: string | null): TokenView {
  return {
    serial: row.serial,
    user,
    state: row.state,
    revokedReason: row.revoked_reason,
    kind: row.kind,
    algorithm: row.algorithm,
    alphabet: row.alphabet,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    suite: row.suite,
    pinPlace: row.pin_place,
    lookAhead: row.kind === 'hotp' ? row.look_ahead : null,
    driftSteps: row.drift_steps,
    issuer: row.issuer,
    label: row.label,
    createdMs: row.created_ms,
    lastUsedMs: row.last_used_ms,
  };
}

/** Returns the first tokens by serial number. */
export async function listTokens(db: Db): Promise<TokenView[]> {
  const rows = await db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select('users.name as user')
    .orderBy('serial')
    .limit(tokenLimits.tokensListed)
    .execute();
  return rows.map(row => viewOf(row, row.user));
}

/** Returns a user's tokens by serial number, followed by the revoked ones: as many as a page holds. */
export async function listTokensOf(
  db: Db,
  user: { readonly id: string; readonly name: string },
): Promise<TokenView[]> {
  const rows = await db
    .selectFrom('tokens')
    .selectAll()
    .where('user_id', '=', user.id)
    .orderBy(sql`case state when 'revoked' then 1 else 0 end`)
    .orderBy('serial')
    .limit(administrationLimits.pageRowsDefault)
    .execute();
  return rows.map(row => viewOf(row, user.name));
}

/** A user who had a token, and the period; `toMs` is null while the user has it. */
const assignment = object({
  user: serviceText,
  fromMs: time,
  toMs: nullable(time),
  actor: serviceText,
});
const actOnToken = object({
  atMs: time,
  actor: serviceText,
  role: serviceText,
  action: serviceText,
  detail: facts,
});

/** A token with its history, latest first; `fob`: the one that holds it, if the service owns it. */
export const tokenHistoryShape = named(
  object({
    token: tokenShape,
    fob: nullable(serviceText),
    policy: nullable(object({ name: serviceText, version: count })),
    assignments: list(assignment),
    acts: list(actOnToken),
  }),
  'TokenHistory',
);
export type TokenHistory = TypeOf<typeof tokenHistoryShape>;

/** Returns a token with its history. */
export async function viewToken(db: Db, serial: string) {
  const row = await db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .leftJoin('fobs', 'fobs.id', 'tokens.fob_id')
    .leftJoin('policies', 'policies.id', 'tokens.policy_id')
    .selectAll('tokens')
    .select(['users.name as user', 'fobs.serial as fob', 'policies.name as policy'])
    .where('tokens.serial', '=', serial)
    .executeTakeFirst();
  if (row === undefined) return refused('unknown_serial');
  const { policy, policy_version: version } = row;
  return done({
    token: viewOf(row, row.user),
    fob: row.fob,
    policy: policy === null || version === null ? null : { name: policy, version },
    assignments: await assignmentsOf(db, row.id),
    acts: await actsOn(db, row.id),
  });
}

async function assignmentsOf(db: Db, tokenId: string): Promise<TypeOf<typeof assignment>[]> {
  const rows = await db
    .selectFrom('assignments')
    .innerJoin('users', 'users.id', 'assignments.user_id')
    .select(['users.name as user', 'from_ms as fromMs', 'to_ms as toMs', 'actor'])
    .where('token_id', '=', tokenId)
    .orderBy('from_ms', 'desc')
    .limit(administrationLimits.historyListed)
    .execute();
  return rows;
}

async function actsOn(db: Db, tokenId: string): Promise<TypeOf<typeof actOnToken>[]> {
  const rows = await db
    .selectFrom('audit')
    .select(['at_ms', 'actor', 'role', 'action', 'detail'])
    .where('subject_kind', '=', 'token')
    .where('subject_id', '=', tokenId)
    .orderBy('id', 'desc')
    .limit(administrationLimits.historyListed)
    .execute();
  return rows.map(({ at_ms, detail, ...act }) => ({
    ...act,
    atMs: at_ms,
    detail: JSON.parse(detail) as Record<string, unknown>,
  }));
}

/** Returns the number of tokens in each state. It reads a whole index: not for every request. */
export async function countTokensByState(db: Db): Promise<Readonly<Record<TokenState, number>>> {
  const rows = await db
    .selectFrom('tokens')
    .select(query => ['state', query.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute();
  const counted = new Map(rows.map(({ state, count }) => [state, Number(count)]));
  const states = Object.keys(tokenStates) as TokenState[];
  return Object.fromEntries(states.map(state => [state, counted.get(state) ?? 0])) as Record<
    TokenState,
    number
  >;
}

/** Returns the measured drifts of fobs' clocks, in parts per million; limited for a large fleet. */
export async function readFobDrifts(db: Db): Promise<number[]> {
  const rows = await db
    .selectFrom('fobs')
    .select('drift_ppm')
    .where('drift_ppm', 'is not', null)
    .orderBy('serial')
    .limit(consoleLimits.fobDriftsRead)
    .execute();
  return rows.flatMap(({ drift_ppm }) => (drift_ppm === null ? [] : [drift_ppm]));
}
