import { randomUUID } from 'node:crypto';
import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import type { Selectable } from 'kysely';
import type { AlgorithmName, Alphabet, PinPlace, PolicyKind } from '../../base/kinds.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Schema } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { columnsOf, isWhole, problemOfPlainFacts, type TokenFacts } from './facts.ts';
import { wantPolicy } from './fob-tasks.ts';

export type PolicyRow = Selectable<Schema['policies']>;

/** A template for new tokens. */
export interface PolicyView {
  readonly name: string;
  /** Rises with every change; tokens keep the version by which they were made. */
  readonly version: number;
  readonly kind: PolicyKind;
  readonly algorithm: AlgorithmName;
  readonly alphabet: Alphabet;
  readonly digits: number;
  readonly periodSeconds: number | null;
  readonly pinPlace: PinPlace;
  /** Null but for HOTP. */
  readonly lookAhead: number | null;
  readonly pinMinDigits: number;
  readonly createdMs: number;
  readonly changedMs: number;
}

/** The requirements of a policy. */
export interface PolicyInput extends Omit<TokenFacts, 'suite'> {
  readonly kind: PolicyKind;
  readonly name: string;
  /** Default: the minimum number of digits of a PIN. */
  readonly pinMinDigits?: number;
}

async function create(acting: Acting, input: PolicyInput) {
  const problem = problemOfPolicy(input);
  if (problem !== undefined) return refused(problem);
  if ((await policyNamed(acting.db, input.name)) !== undefined) return refused('policy_taken');
  const { count } = await acting.db
    .selectFrom('policies')
    .select(query => query.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= tokenLimits.policiesMax) return refused('too_many_policies');
  const row: PolicyRow = {
    id: randomUUID(),
    name: input.name,
    version: 1,
    ...columnsOf(input),
    pin_min_digits: input.pinMinDigits ?? PIN_DIGITS_MIN,
    created_ms: acting.atMs,
    changed_ms: acting.atMs,
  };
  await acting.db.insertInto('policies').values(row).execute();
  await record(acting, row, 'created');
  return done(viewOfPolicy(row));
}

/**
 * Changes the requirements of a policy, for new tokens only; fobs that hold tokens of it get its PIN length when they
 * are next reached.
 */
async function change(acting: Acting, input: PolicyInput) {
  const problem = problemOfPolicy(input);
  if (problem !== undefined) return refused(problem);
  const before = await policyNamed(acting.db, input.name);
  if (before === undefined) return refused('unknown_policy');
  const row: PolicyRow = {
    ...before,
    ...columnsOf({ ...input, lookAhead: input.lookAhead ?? before.look_ahead }),
    version: before.version + 1,
    pin_min_digits: input.pinMinDigits ?? before.pin_min_digits,
    changed_ms: acting.atMs,
  };
  const { id, ...columns } = row;
  await acting.db.updateTable('policies').set(columns).where('id', '=', id).execute();
  await wantPolicy(acting, row);
  await record(acting, row, 'changed');
  return done(viewOfPolicy(row));
}

/** Removes a policy that no token or pending activation uses. */
async function remove(acting: Acting, { name }: { readonly name: string }) {
  const row = await policyNamed(acting.db, name);
  if (row === undefined) return refused('unknown_policy');
  const used = await acting.db
    .selectFrom('tokens')
    .select('id')
    .where('policy_id', '=', row.id)
    .limit(1)
    .executeTakeFirst();
  const awaited = await acting.db
    .selectFrom('activations')
    .select('id')
    .where('policy_id', '=', row.id)
    .where('state', '=', 'open')
    .limit(1)
    .executeTakeFirst();
  if (used !== undefined || awaited !== undefined) return refused('policy_used');
  await acting.db.deleteFrom('policies').where('id', '=', row.id).execute();
  await record(acting, row, 'removed');
  return done(viewOfPolicy(row));
}

export const createPolicy = actOf(create);
export const changePolicy = actOf(change);
export const removePolicy = actOf(remove);

/** Returns all policies, by name. */
export async function listPolicies(db: Db): Promise<PolicyView[]> {
  const rows = await db
    .selectFrom('policies')
    .selectAll()
    .orderBy('name')
    .limit(tokenLimits.policiesMax)
    .execute();
  return rows.map(viewOfPolicy);
}

/** Returns the policy with this name, or undefined. */
export function policyNamed(db: Db, name: string): Promise<PolicyRow | undefined> {
  return db.selectFrom('policies').selectAll().where('name', '=', name).executeTakeFirst();
}

function problemOfPolicy(input: PolicyInput) {
  const { name, pinMinDigits = PIN_DIGITS_MIN } = input;
  const isNamed = name.trim() === name && name.length >= 1 && name.length <= tokenLimits.policyNameMax;
  if (!isNamed || /\p{C}/u.test(name)) return 'bad_policy_name';
  if (!isWhole(pinMinDigits, PIN_DIGITS_MIN, PIN_DIGITS_MAX)) return 'bad_pin_digits';
  return problemOfPlainFacts(input);
}

function viewOfPolicy(row: PolicyRow): PolicyView {
  return {
    name: row.name,
    version: row.version,
    kind: row.kind,
    algorithm: row.algorithm,
    alphabet: row.alphabet,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    pinPlace: row.pin_place,
    lookAhead: row.kind === 'hotp' ? row.look_ahead : null,
    pinMinDigits: row.pin_min_digits,
    createdMs: row.created_ms,
    changedMs: row.changed_ms,
  };
}

function record({ db, keys, actor, atMs }: Acting, row: PolicyRow, what: string): Promise<void> {
  const about = { subjectKind: 'policy', subjectId: row.id, subject: row.name } as const;
  const detail = { what, version: row.version };
  return recordAudit(db, keys, { atMs, actor, action: 'policy.change', ...about, detail });
}
