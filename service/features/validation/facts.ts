import { validationLimits } from '../../base/limits/validation.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { latestEnd, latestMade } from '../../storage/queries/latest.ts';
import { valuesAsList } from '../../storage/queries/rows.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import { type PasscodeToken, passcodeColumns } from '../tokens/rows.ts';
import type { ApplicationVersion } from '../users/application-cache.ts';
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
}

/** The parameters of the queries, which are the same whatever their results, so that timing reveals nothing. */
export interface Questions {
  readonly fingerprints: readonly string[];
  readonly names: readonly string[];
  readonly applications: readonly string[];
  readonly nowMs: number;
}

/**
 * Reads the facts of a batch. The users' rows stay locked until the transaction ends, in the order of their ids so
 * that two batches cannot deadlock: no other node decides for these users meanwhile.
 */
export async function readFacts(db: Db, questions: Questions): Promise<BatchFacts> {
  // Users first: facts that are read after locking them include the last decision.
  const users = await lockUsers(db, questions.names);
  const ids = users.map(user => user.id);
  const tokens = await db
    .selectFrom('tokens')
    .select(passcodeColumns)
    .where('user_id', 'in', valuesAsList(db, ids))
    .orderBy('created_ms')
    .orderBy('id')
    .execute();
  const temporary = await db
    .selectFrom('temporary_codes')
    .select('user_id')
    .where('user_id', 'in', valuesAsList(db, ids))
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', questions.nowMs)
    .where('created_ms', '<=', latestMade(questions.nowMs))
    .execute();
  return {
    answers: await readAnswers(db, questions),
    applications: await readApplications(db, questions.applications),
    users: new Map(users.map(user => [user.name, user])),
    tokens: grouped(tokens),
    temporary: new Set(temporary.map(row => row.user_id)),
  };
}

/**
 * Returns the users with these prepared names; their rows stay locked until the transaction ends, in the order of
 * their ids.
 */
export function lockUsers(db: Db, names: readonly string[]): Promise<User[]> {
  const query = db.selectFrom('users').selectAll().where('name', 'in', valuesAsList(db, names)).orderBy('id');
  return (engineOf(db) === 'postgres' ? query.forUpdate() : query).execute();
}

async function readApplications(db: Db, ids: readonly string[]): Promise<Map<string, ApplicationVersion>> {
  const rows = await db
    .selectFrom('applications')
    .select(['id', 'key_hash', 'factors'])
    .where('id', 'in', valuesAsList(db, [...new Set(ids)]))
    .where('disabled_ms', 'is', null)
    .execute();
  return new Map(rows.map(row => [row.id, { keyHash: row.key_hash, factors: row.factors }]));
}

async function readAnswers(db: Db, { fingerprints, nowMs }: Questions): Promise<Map<string, Outcome>> {
  if (fingerprints.length === 0) return new Map();
  const rows = await db
    .selectFrom('answers')
    .select(['fingerprint', 'outcome'])
    .where('fingerprint', 'in', valuesAsList(db, fingerprints))
    .where('expires_ms', '>', nowMs)
    .where('expires_ms', '<=', latestEnd(nowMs, validationLimits.retryWindowMs))
    .execute();
  return new Map(rows.map(row => [row.fingerprint, row.outcome]));
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
