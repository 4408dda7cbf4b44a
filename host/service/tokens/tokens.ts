import { randomUUID } from 'node:crypto';
import { type Db, writing } from '../data/database.ts';
import type { Algorithm, Schema, TokenKind } from '../data/schema.ts';
import { limits } from '../limits.ts';
import { findOrAddUser, prepareUserName } from '../people/users.ts';
import type { Keys } from '../sealing/key-file.ts';
import { seal, unseal } from '../sealing/seal.ts';
import { texts } from '../texts.ts';
import { forgetAnswers } from '../validation/answers.ts';
import type { PasscodeFacts } from '../validation/passcode.ts';
import type { TokenRow } from './rows.ts';
import { mayBecome, type TokenState, tokenStates, usableStates } from './states.ts';

/** A token to add for a user. */
export interface NewToken {
  readonly user: string;
  readonly serial: string;
  readonly kind: TokenKind;
  /** Default SHA-1 (RFC 4226 §5.3). */
  readonly algorithm?: Algorithm;
  /** 6 to 8, default 6. */
  readonly digits?: number;
  /** Seconds, 15 to 300, default 30; TOTP only. */
  readonly period?: number;
  /** The next counter the fob will use, default 0; HOTP only. */
  readonly counter?: number;
  /** 16 to 128 bytes. The service keeps a sealed copy and leaves these bytes alone. */
  readonly secret: Uint8Array;
  readonly issuer?: string;
  readonly label?: string;
}

/** A token as others may see it. */
export interface TokenView {
  readonly serial: string;
  readonly user: string | null;
  readonly state: TokenState;
  readonly kind: TokenKind;
  readonly algorithm: Algorithm;
  readonly digits: number;
  readonly periodSeconds: number | null;
  readonly driftSteps: number;
  readonly issuer: string;
  readonly label: string;
  readonly lastUsedMs: number | null;
}

export type TokenRefusalCode = keyof typeof texts.refusals;

/** What a change to a token came to: the token as it is now, or why nothing was changed. */
export type TokenResult =
  | { readonly ok: true; readonly token: TokenView }
  | { readonly ok: false; readonly refusal: { readonly code: TokenRefusalCode; readonly text: string } };

function refused(code: TokenRefusalCode): TokenResult {
  return { ok: false, refusal: { code, text: texts.refusals[code] } };
}

/**
 * Adds a token for a user (who is made when new). It starts `assigned`; the first accepted passcode makes it `active`.
 *
 * @returns the token, or a refusal that changed nothing
 * @throws ServiceError `busy`
 */
export async function addToken(db: Db, keys: Keys, given: NewToken, nowMs: number): Promise<TokenResult> {
  const name = prepareUserName(given.user);
  if (name === undefined) return refused('bad_user');
  const problem = problemOf(given);
  if (problem !== undefined) return refused(problem);
  const id = randomUUID();
  const sealed = seal(keys, { table: 'tokens', id }, given.secret);
  return await writing(db, async transaction => {
    const taken = await transaction
      .selectFrom('tokens')
      .select('id')
      .where('serial', '=', given.serial)
      .executeTakeFirst();
    if (taken !== undefined) return refused('serial_taken');
    const user = await findOrAddUser(transaction, name, nowMs);
    const owned = await transaction
      .selectFrom('tokens')
      .select('id')
      .where('user_id', '=', user.id)
      .where('state', '<>', 'revoked')
      .execute();
    if (owned.length >= limits.tokensPerUserMax) return refused('too_many_tokens');
    const row: TokenRow = {
      id,
      serial: given.serial,
      user_id: user.id,
      state: 'assigned',
      kind: given.kind,
      algorithm: given.algorithm ?? 'sha1',
      digits: given.digits ?? limits.digitsDefault,
      period_seconds: given.kind === 'totp' ? (given.period ?? limits.periodDefaultSeconds) : null,
      last_step: given.kind === 'hotp' ? (given.counter ?? 0) - 1 : -1,
      drift_steps: 0,
      sealed_secret: sealed.box,
      key_id: sealed.keyId,
      issuer: given.issuer ?? '',
      label: given.label ?? '',
      created_ms: nowMs,
      last_used_ms: null,
      fob_id: null,
      policy_id: null,
      policy_version: null,
      revoked_reason: null,
      alphabet: 'decimal',
      pin_place: 'none',
      recent: '[]',
    };
    await transaction.insertInto('tokens').values(row).execute();
    return { ok: true, token: viewOf(row, user.name) };
  });
}

function problemOf(given: NewToken): TokenRefusalCode | undefined {
  const { digits = limits.digitsDefault, period = limits.periodDefaultSeconds, counter = 0 } = given;
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  if (given.serial.length > limits.serialMax || !/^[\x21-\x7e]+$/.test(given.serial)) return 'bad_serial';
  if (given.kind !== 'hotp' && given.kind !== 'totp') return 'bad_kind';
  if (!['sha1', 'sha256', 'sha512'].includes(given.algorithm ?? 'sha1')) return 'bad_algorithm';
  if (!whole(digits, limits.digitsMin, limits.digitsMax)) return 'bad_digits';
  if (!whole(period, limits.periodMinSeconds, limits.periodMaxSeconds)) return 'bad_period';
  if (!whole(counter, 0, limits.counterMax)) return 'bad_counter';
  if (!whole(given.secret.length, limits.secretMinBytes, limits.secretMaxBytes)) return 'bad_secret';
  if (Buffer.byteLength(given.issuer ?? '') > limits.issuerMaxBytes) return 'bad_issuer';
  if (Buffer.byteLength(given.label ?? '') > limits.labelMaxBytes) return 'bad_label';
  return undefined;
}

/**
 * Moves a token to another state as `states.ts` allows. Revoking destroys its seed and cannot be undone.
 *
 * @throws ServiceError `busy`
 */
export function changeTokenState(db: Db, serial: string, to: TokenState): Promise<TokenResult> {
  return writing(db, async transaction => {
    const row = await transaction
      .selectFrom('tokens')
      .leftJoin('users', 'users.id', 'tokens.user_id')
      .selectAll('tokens')
      .select('users.name as user')
      .where('serial', '=', serial)
      .executeTakeFirst();
    if (row === undefined) return refused('unknown_serial');
    if (!mayBecome(row.state, to)) return refused('bad_transition');
    // Suspending and revoking hold at once: not even the answer to a repeated request outlives them (R17).
    if (!tokenStates[to].usable) await forgetAnswers(transaction);
    const seed = to === 'revoked' ? { sealed_secret: null, key_id: null, revoked_reason: 'retired' } : {};
    await transaction
      .updateTable('tokens')
      .set({ state: to, ...seed })
      .where('id', '=', row.id)
      .execute();
    return { ok: true, token: viewOf({ ...row, state: to }, row.user) };
  });
}

/** Whether any row is sealed, so that the key file must already exist. */
export async function holdsSealedRows(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('tokens')
    .select('id')
    .where('sealed_secret', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The tokens for the operator's pane, by serial number. */
export async function listTokens(db: Db): Promise<TokenView[]> {
  const rows = await db
    .selectFrom('tokens')
    .leftJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select('users.name as user')
    .orderBy('serial')
    .limit(limits.tokensListed)
    .execute();
  return rows.map(row => viewOf(row, row.user));
}

function viewOf(row: TokenRow, user: string | null): TokenView {
  return {
    serial: row.serial,
    user,
    state: row.state,
    kind: row.kind,
    algorithm: row.algorithm,
    digits: row.digits,
    periodSeconds: row.period_seconds,
    driftSteps: row.drift_steps,
    issuer: row.issuer,
    label: row.label,
    lastUsedMs: row.last_used_ms,
  };
}
