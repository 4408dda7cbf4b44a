import { validationLimits } from '../../base/limits/validation.ts';
import type { LockPolicy } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { latestEnd, latestMade } from '../../storage/queries/latest.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { together } from '../../storage/queries/together.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { ApplicationVersion } from '../applications/cache.ts';
import { type PasscodeToken, passcodeColumns } from '../tokens/rows.ts';
import { lockPolicyOf, lockPolicyQuery } from '../users/settings.ts';
import type { User } from '../users/users.ts';

/** The database's facts about the requests of one batch. */
export interface BatchFacts {
  /** By fingerprint. */
  readonly answers: ReadonlyMap<string, Outcome>;
  /** By prepared name. */
  readonly users: ReadonlyMap<string, User>;
  /** By user id, all kinds and states. */
  readonly tokens: ReadonlyMap<string, readonly PasscodeToken[]>;
  /** By id: the current versions of the requesting applications; disabled ones are left out. */
  readonly applications: ReadonlyMap<string, ApplicationVersion>;
  /** Ids of users with a usable temporary code. */
  readonly temporary: ReadonlySet<string>;
  /** The lockout policy. */
  readonly lock: LockPolicy;
}

/** The parameters of the queries, which are the same whatever their results, so that timing reveals nothing. */
export interface Questions {
  readonly fingerprints: readonly string[];
  readonly names: readonly string[];
  readonly applications: readonly string[];
  readonly nowMs: number;
}

/**
 * Reads the facts of a batch, in one round trip on PostgreSQL. The users' rows stay locked until the transaction ends,
 * in the order of their ids so that two batches cannot deadlock: nobody else decides for these users meanwhile.
 */
export async function readFacts(db: Db, questions: Questions): Promise<BatchFacts> {
  // Users first: facts that are read after locking them include the last decision.
  const [users, tokens, temporary, answers, applications, settings] = await together(db, [
    usersLocked(db, questions.names),
    tokensOf(db, questions.names),
    temporaryOf(db, questions),
    answersOf(db, questions),
    applicationsOf(db, questions.applications),
    lockPolicyQuery(db),
  ]);
  return {
    answers: new Map(answers.map(row => [row.fingerprint, row.outcome])),
    applications: new Map(applications.map(row => [row.id, { keyHash: row.key_hash, factors: row.factors }])),
    users: new Map(users.map(user => [user.name, user])),
    tokens: grouped(tokens),
    temporary: new Set(temporary.map(row => row.user_id)),
    lock: lockPolicyOf(settings),
  };
}

/**
 * Returns the users with these prepared names; their rows stay locked until the transaction ends, in the order of
 * their ids.
 */
export function lockUsers(db: Db, names: readonly string[]): Promise<User[]> {
  return usersLocked(db, names).execute();
}

function usersLocked(db: Db, names: readonly string[]) {
  const query = db.selectFrom('users').selectAll().where('name', 'in', valuesAsList(db, names)).orderBy('id');
  return engineOf(db) === 'postgres' ? query.forUpdate() : query;
}

/** The ids of the users with these names: the queries do not wait for the users' rows. */
function idsOf(db: Db, names: readonly string[]) {
  return db.selectFrom('users').select('users.id').where('users.name', 'in', valuesAsList(db, names));
}

function tokensOf(db: Db, names: readonly string[]) {
  return db
    .selectFrom('tokens')
    .select(passcodeColumns)
    .where('user_id', 'in', idsOf(db, names))
    .orderBy('created_ms')
    .orderBy('id');
}

function temporaryOf(db: Db, { names, nowMs }: Questions) {
  return db
    .selectFrom('temporary_codes')
    .select('user_id')
    .where('user_id', 'in', idsOf(db, names))
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', nowMs)
    .where('created_ms', '<=', latestMade(nowMs));
}

function applicationsOf(db: Db, ids: readonly string[]) {
  return db
    .selectFrom('applications')
    .select(['id', 'key_hash', 'factors'])
    .where('id', 'in', valuesAsList(db, [...new Set(ids)]))
    .where('disabled_ms', 'is', null);
}

function answersOf(db: Db, { fingerprints, nowMs }: Questions) {
  return db
    .selectFrom('answers')
    .select(['fingerprint', 'outcome'])
    .where('fingerprint', 'in', valuesAsList(db, fingerprints))
    .where('expires_ms', '>', nowMs)
    .where('expires_ms', '<=', latestEnd(nowMs, validationLimits.retryWindowMs));
}

function grouped<Row extends { readonly user_id: string | null }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.user_id ?? '');
    if (group === undefined) groups.set(row.user_id ?? '', [row]);
    else group.push(row);
  }
  return groups;
}
