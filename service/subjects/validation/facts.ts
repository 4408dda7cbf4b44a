import { validationLimits } from '../../base/limits/validation.ts';
import type { LockPolicy } from '../../base/lock.ts';
import type { Outcome } from '../../base/outcomes.ts';
import type { Db } from '../../storage/database/database.ts';
import { type Given, keptQuery } from '../../storage/queries/kept.ts';
import { latestEnd, latestMade } from '../../storage/queries/latest.ts';
import { together } from '../../storage/queries/together.ts';
import { engineOf } from '../../storage/schema/engine.ts';
import type { ApplicationVersion } from '../applications/cache.ts';
import { type PasscodeToken, passcodeColumns } from '../tokens/rows.ts';
import { lockPolicyOf, lockPolicyQuery } from '../users/settings.ts';
import { type User, userColumns } from '../users/users.ts';

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
    usersLocked(db, questions),
    tokensOf(db, questions),
    temporaryOf(db, questions),
    answersOf(db, questions),
    applicationsOf(db, questions),
    lockPolicy(db, questions),
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
  return usersLocked(db, { names }).execute();
}

type UserNames = Pick<Questions, 'names'>;
const namesOf = ({ names }: UserNames) => names;
const nowOf = ({ nowMs }: Questions) => nowMs;
const latestMadeOf = ({ nowMs }: Questions) => latestMade(nowMs);
const latestAnswerOf = ({ nowMs }: Questions) => latestEnd(nowMs, validationLimits.retryWindowMs);

const usersLocked = keptQuery((db, given: Given<UserNames>) => {
  const query = db
    .selectFrom('users')
    .select(userColumns)
    .where(given.isAmong('name', namesOf))
    .orderBy('id');
  return (engineOf(db) === 'postgres' ? query.forUpdate() : query).compile();
});

/** The ids of the users with these names: the queries do not wait for the users' rows. */
function idsOf(db: Db, given: Given<UserNames>) {
  return db.selectFrom('users').select('users.id').where(given.isAmong('users.name', namesOf));
}

const tokensOf = keptQuery((db, given: Given<UserNames>) =>
  db
    .selectFrom('tokens')
    .select(passcodeColumns)
    .where('user_id', 'in', idsOf(db, given))
    .orderBy('created_ms')
    .orderBy('id')
    .compile(),
);

const temporaryOf = keptQuery((db, given: Given<Questions>) =>
  db
    .selectFrom('temporary_codes')
    .select('user_id')
    .where('user_id', 'in', idsOf(db, given))
    .where('used_ms', 'is', null)
    .where('expires_ms', '>', given.value(nowOf))
    .where('created_ms', '<=', given.value(latestMadeOf))
    .compile(),
);

const applicationsOf = keptQuery((db, given: Given<Questions>) =>
  db
    .selectFrom('applications')
    .select(['id', 'key_hash', 'factors'])
    .where(given.isAmong('id', ({ applications }) => [...new Set(applications)]))
    .where('disabled_ms', 'is', null)
    .compile(),
);

const answersOf = keptQuery((db, given: Given<Questions>) =>
  db
    .selectFrom('answers')
    .select(['fingerprint', 'outcome'])
    .where(given.isAmong('fingerprint', ({ fingerprints }) => fingerprints))
    .where('expires_ms', '>', given.value(nowOf))
    .where('expires_ms', '<=', given.value(latestAnswerOf))
    .compile(),
);

const lockPolicy = keptQuery((db: Db) => lockPolicyQuery(db).compile());

function grouped<Row extends { readonly user_id: string | null }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.user_id ?? '');
    if (group === undefined) groups.set(row.user_id ?? '', [row]);
    else group.push(row);
  }
  return groups;
}
