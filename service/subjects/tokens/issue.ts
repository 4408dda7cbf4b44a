import { randomUUID } from 'node:crypto';
import { PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { serviceActor } from '../../base/actor.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { seal } from '../../storage/encryption-at-rest/seal.ts';
import { addParts, textsOfToken } from '../../storage/search/rows.ts';
import { recordAudit } from '../audit/record.ts';
import { looksLikeAnother } from '../users/look-alikes.ts';
import { findOrAddUser, findUser, prepareUserName, type User } from '../users/users.ts';
import { openAssignment } from './assignments.ts';
import { columnsOf, isCounted, isWhole, problemOfFacts, type TokenFacts } from './facts.ts';
import { type PolicyRow, policyNamed } from './policies.ts';
import type { TokenRow } from './rows.ts';
import { countTokens } from './tokens.ts';
import { viewOf } from './views.ts';

/** A token without a user. */
export interface SeededToken extends TokenFacts {
  readonly serial: string;
  /** The next counter that the fob will use, default 0; HOTP, and OCRA by a suite with a counter. */
  readonly counter?: number;
  /** 16 to 128 bytes. The service stores an encrypted copy and does not change these bytes. */
  readonly secret: Uint8Array;
  readonly issuer?: string;
  readonly label?: string;
}

/** A token to add for a user. */
export interface NewToken extends SeededToken {
  readonly user: string;
}

/** A token to issue: by a policy if one is named, for an existing user or for the inventory. */
export interface IssueInput extends Omit<SeededToken, 'kind'> {
  /** Required if no policy is named. */
  readonly kind?: TokenFacts['kind'];
  /** Name of the policy whose facts replace those given. */
  readonly policy?: string;
  readonly user?: string;
}

/**
 * Adds a token for a user, who is created if new. It starts `assigned`; the first accepted passcode makes it
 * `active`.
 *
 * @returns the token, or a refusal that changed nothing
 * @throws ServiceError `busy`
 */
export function addToken(db: Db, keys: Keys, given: NewToken, nowMs: number) {
  const management = { db, keys, clock: () => nowMs };
  return actOf(async (acting: Acting, input: NewToken) => {
    const name = prepareUserName(input.user);
    if (name === undefined) return refused('bad_user');
    const problem = await problemOf(acting.db, input);
    if (problem !== undefined) return refused(problem);
    const known = await findUser(acting.db, name);
    if (known !== undefined && (await hasEnough(acting.db, known))) return refused('too_many_tokens');
    if (known === undefined && (await looksLikeAnother(acting.db, name))) return refused('name_looks_alike');
    return insertToken(acting, input, { user: await findOrAddUser(acting.db, name, acting.atMs) });
  })(management, serviceActor, given);
}

async function issue(acting: Acting, input: IssueInput) {
  const policy = input.policy === undefined ? undefined : await policyNamed(acting.db, input.policy);
  if (input.policy !== undefined && policy === undefined) return refused('unknown_policy');
  const given = policy === undefined ? ownFacts(input) : { ...input, ...factsOf(policy) };
  if (given === undefined) return refused('bad_kind');
  const problem = await problemOf(acting.db, given);
  if (problem !== undefined) return refused(problem);
  if (input.user === undefined) return insertToken(acting, given, { policy });
  const user = await findUser(acting.db, prepareUserName(input.user) ?? '');
  if (user === undefined) return refused('unknown_user');
  if (user.disabled_ms !== null) return refused('disabled_user');
  if (await hasEnough(acting.db, user)) return refused('too_many_tokens');
  return insertToken(acting, given, { policy, user });
}

export const issueToken = actOf(issue);

function ownFacts({ kind, ...input }: IssueInput): SeededToken | undefined {
  return kind === undefined ? undefined : { ...input, kind };
}

function factsOf(policy: PolicyRow): TokenFacts {
  return {
    kind: policy.kind,
    algorithm: policy.algorithm,
    alphabet: policy.alphabet,
    digits: policy.digits,
    period: policy.period_seconds ?? tokenLimits.periodDefaultSeconds,
    pinPlace: policy.pin_place,
    lookAhead: policy.look_ahead,
  };
}

/** @param leaving how many of the user's tokens will be revoked for the new one */
export async function hasEnough(db: Db, user: User, leaving = 0): Promise<boolean> {
  return (await countTokens(db, user.id)) - leaving >= tokenLimits.tokensPerUserMax;
}

/** Returns why a token cannot be added, or undefined. */
export async function problemOf(db: Db, given: SeededToken) {
  const problem = problemOfToken(given);
  if (problem !== undefined) return problem;
  const taken = await db
    .selectFrom('tokens')
    .select('id')
    .where('serial', '=', given.serial)
    .executeTakeFirst();
  return taken === undefined ? undefined : 'serial_taken';
}

/** The part of `problemOf` that needs no database. */
function problemOfToken(given: SeededToken) {
  if (given.serial.length > tokenLimits.serialMax || !/^[\x21-\x7e]+$/.test(given.serial))
    return 'bad_serial';
  const problem = problemOfFacts(given);
  if (problem !== undefined) return problem;
  if (!isWhole(given.counter ?? 0, 0, tokenLimits.counterMax)) return 'bad_counter';
  if (!isWhole(given.secret.length, tokenLimits.secretMinBytes, tokenLimits.secretMaxBytes))
    return 'bad_secret';
  return problemOfNames(given);
}

/** Returns why names of a token do not fit, or undefined. */
function problemOfNames(given: { readonly issuer?: string; readonly label?: string }) {
  if (Buffer.byteLength(given.issuer ?? '') > tokenLimits.issuerMaxBytes) return 'bad_issuer';
  if (Buffer.byteLength(given.label ?? '') > tokenLimits.labelMaxBytes) return 'bad_label';
  return undefined;
}

interface Belongings {
  readonly user?: User | undefined;
  readonly policy?: PolicyRow | undefined;
  readonly fobId?: string | undefined;
  /** Reserved for its user, who still has to enrol it: not usable yet. */
  readonly isReserved?: boolean;
  /** The act's name in the audit. */
  readonly action?: 'token.issue' | 'token.import';
}

/** Writes a valid token: `reserved` if requested, `assigned` if it has a user, else in the `inventory`. */
export async function insertToken(
  acting: Acting,
  given: SeededToken,
  { user, policy, fobId, isReserved = false, action = 'token.issue' }: Belongings,
) {
  const id = randomUUID();
  const sealed = seal(acting.keys, { table: 'tokens', id }, given.secret);
  const row: TokenRow = {
    id,
    serial: given.serial,
    user_id: user?.id ?? null,
    fob_id: fobId ?? null,
    policy_id: policy?.id ?? null,
    policy_version: policy?.version ?? null,
    state: isReserved ? 'reserved' : user === undefined ? 'inventory' : 'assigned',
    revoked_reason: null,
    ...columnsOf(given),
    suite: given.kind === 'ocra' ? (given.suite ?? null) : null,
    pin_min_digits: policy?.pin_min_digits ?? PIN_DIGITS_MIN,
    last_step: isCounted(given) ? (given.counter ?? 0) - 1 : -1,
    drift_steps: 0,
    recent: '[]',
    ahead_step: null,
    ahead_ms: null,
    sealed_secret: sealed.box,
    key_id: sealed.keyId,
    issuer: given.issuer ?? '',
    label: given.label ?? '',
    created_ms: acting.atMs,
    last_used_ms: null,
  };
  await acting.db.insertInto('tokens').values(row).execute();
  await addParts(acting.db, 'token', [{ name: row.serial, texts: textsOfToken(row) }]);
  if (row.state === 'assigned' && user !== undefined) await openAssignment(acting, id, user.id);
  await recordAudit(acting.db, acting.keys, {
    atMs: acting.atMs,
    actor: acting.actor,
    action,
    subjectKind: 'token',
    subjectId: id,
    subject: row.serial,
    detail: { user: user?.name ?? null, policy: policy?.name ?? null, version: row.policy_version },
  });
  return done(viewOf(row, user?.name ?? null));
}
