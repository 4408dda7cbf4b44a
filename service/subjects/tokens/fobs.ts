import { randomUUID } from 'node:crypto';
import { DEVICE_SECRET_BYTES, PAIRING_KEY_BYTES, RECOVERY_KEY_BYTES } from '@passfob/protocol/limits';
import type { Selectable } from 'kysely';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { done, refused } from '../../base/results.ts';
import { type Acting, actOf } from '../../storage/acting.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { ObservedColumns, Schema } from '../../storage/schema/schema.ts';
import { recordAudit } from '../audit/record.ts';
import { isWhole } from './facts.ts';
import { type FobSecrets, openSecrets, sealSecrets } from './fob-secrets.ts';
import { cancelTasksOf } from './fob-tasks.ts';

export type FobRow = Selectable<Schema['fobs']>;

/** The columns of a fob that was in no session yet. */
const unobserved = {
  algorithms: null,
  protocol: null,
  espruino: null,
  clock_state: null,
  seen_error_ms: null,
  trim_ppm: null,
  battery_percent: null,
  pin: null,
  pin_digits: null,
  is_locked: null,
  pin_failures: null,
  pin_attempts: null,
  can_reset_pin: null,
  went_back: null,
  free_records: null,
  listed_ms: null,
  last_seen_ms: null,
  last_relay: null,
  last_relay_name: null,
} as const satisfies ObservedColumns;

/** The columns of a fob that has just come to the service. */
const fresh = {
  ...unobserved,
  nickname: '',
  state: 'in_use',
  state_ms: null,
  put_off_until_ms: 0,
  reported_ms: null,
  reported_last_ms: null,
} as const;

/** When a fob's clock was set, and the error measured then. */
export interface FobClock {
  /** Milliseconds since 1970. */
  readonly setMs: number;
  /** Fob minus service before it was set, in milliseconds; null if it had no time. */
  readonly errorMs: number | null;
  /** Positive for a clock that is fast. */
  readonly driftPpm: number | null;
}

/** A fob to register. */
export interface NewFob {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  readonly secrets: FobSecrets;
  readonly clock?: FobClock;
}

/** A fob in its public form. */
export interface FobView {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
  /** Null if it was never set. */
  readonly clock: FobClock | null;
  readonly createdMs: number;
}

/** Registers a fob that the service owns; registering the same fob again changes nothing. */
export async function register(acting: Acting, given: NewFob) {
  const problem = await problemOfFob(acting, given);
  if (problem !== undefined) return refused(problem);
  const present = await fobNamed(acting.db, given.serial);
  if (present !== undefined && !isElsewhere(present)) return done(viewOfFob(present));
  if (present !== undefined) return done(viewOfFob(await takeAgain(acting, present, given)));
  const id = randomUUID();
  const sealed = sealSecrets(acting.keys, { table: 'fobs', id }, given.secrets);
  const row: FobRow = {
    id,
    serial: given.serial,
    board: given.board,
    firmware: given.firmware,
    sealed_secrets: sealed.box,
    key_id: sealed.keyId,
    ...clockColumns(given.clock),
    ...fresh,
    created_ms: acting.atMs,
  };
  await acting.db.insertInto('fobs').values(row).execute();
  await record(acting, row, 'fob.import', 'registered');
  return done(viewOfFob(row));
}

/** Returns why a fob cannot be registered, or undefined. */
export async function problemOfFob({ db, keys }: Pick<Acting, 'db' | 'keys'>, given: NewFob) {
  if (given.serial.length > tokenLimits.serialMax || !/^[\x21-\x7e]+$/.test(given.serial))
    return 'bad_serial';
  if (!isFob(given)) return 'bad_fob';
  if (given.clock !== undefined && !isClock(given.clock)) return 'bad_clock';
  const present = await fobNamed(db, given.serial);
  const isRight = present === undefined || hasNoKeys(present) || isSame(keys, present, given.secrets);
  return isRight ? undefined : 'fob_known';
}

/** Whether another owner has a fob, or may have it: importing its keys makes it the service's again. */
export function isElsewhere(row: Pick<FobRow, 'state' | 'sealed_secrets'>): boolean {
  return row.state === 'giving' || hasNoKeys(row);
}

/** Whether the service owns any fob: it has its keys, and is not handing it over. */
export async function ownsAnyFob(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom('fobs')
    .select('id')
    .where('sealed_secrets', 'is not', null)
    .where('state', '<>', 'giving')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function hasNoKeys({ sealed_secrets }: Pick<FobRow, 'sealed_secrets'>): boolean {
  return sealed_secrets === null;
}

/** Stores the keys of a fob that comes back from another owner. What is known about it is of before. */
async function takeAgain(acting: Acting, present: FobRow, given: NewFob): Promise<FobRow> {
  const { board, firmware, secrets, clock } = given;
  const sealed = sealSecrets(acting.keys, { table: 'fobs', id: present.id }, secrets);
  const changes = {
    board,
    firmware,
    sealed_secrets: sealed.box,
    key_id: sealed.keyId,
    ...clockColumns(clock),
    ...fresh,
    state_ms: acting.atMs,
  };
  await acting.db.updateTable('fobs').set(changes).where('id', '=', present.id).execute();
  await record(acting, present, 'fob.import', 'taken back');
  return { ...present, ...changes };
}

/** Stores the error that was measured when a fob's clock was set. */
export async function keepClock(
  acting: Acting,
  { serial, clock }: { readonly serial: string; readonly clock: FobClock },
) {
  if (!isClock(clock)) return refused('bad_clock');
  const row = await fobNamed(acting.db, serial);
  if (row === undefined) return refused('unknown_fob');
  await acting.db.updateTable('fobs').set(clockColumns(clock)).where('id', '=', row.id).execute();
  await record(acting, row, 'fob.clock', 'set');
  return done(viewOfFob({ ...row, ...clockColumns(clock) }));
}

export const registerFob = actOf(register);
export const keepFobClock = actOf(keepClock);

/** Returns the fob with this serial number, or undefined. */
export function fobNamed(db: Db, serial: string): Promise<FobRow | undefined> {
  return db.selectFrom('fobs').selectAll().where('serial', '=', serial).executeTakeFirst();
}

/**
 * Returns the secrets with which the service uses a fob; undefined if they cannot be decrypted, or if the fob is being
 * handed over: then its next owner may be using it already. The caller clears them after use.
 */
export function fobSecretsOf(keys: Keys, row: FobRow): FobSecrets | undefined {
  return row.state === 'giving' ? undefined : keptSecretsOf(keys, row);
}

/** Whether the fob goes, or has gone, to another owner: nothing is done with it any more, also in an open session. */
export function isLeaving({ state }: Pick<FobRow, 'state'>): boolean {
  return state === 'giving' || state === 'handed_over';
}

/** Returns the secrets of a fob in any state, for its handover. The caller clears them after use. */
export function keptSecretsOf(keys: Keys, row: FobRow): FobSecrets | undefined {
  if (row.sealed_secrets === null || row.key_id === null) return undefined;
  return openSecrets(keys, { table: 'fobs', id: row.id }, { box: row.sealed_secrets, keyId: row.key_id });
}

/** Stores a known or new fob that has just proved that it holds these secrets, which replace earlier ones. */
export async function keepProved(acting: Acting, given: NewFob): Promise<FobRow> {
  const present = await fobNamed(acting.db, given.serial);
  const id = present?.id ?? randomUUID();
  const sealed = sealSecrets(acting.keys, { table: 'fobs', id }, given.secrets);
  const { board, firmware } = given;
  const changes = {
    board,
    firmware,
    sealed_secrets: sealed.box,
    key_id: sealed.keyId,
    ...(given.clock && clockColumns(given.clock)),
  };
  if (present !== undefined) {
    // Whatever was to be done to it was to be done to its earlier content.
    const again = { ...changes, state: 'in_use', state_ms: acting.atMs } as const;
    await acting.db.updateTable('fobs').set(again).where('id', '=', id).execute();
    await acting.db.deleteFrom('fob_recovery').where('fob_id', '=', id).execute();
    await cancelTasksOf(acting.db, id, acting.atMs);
    await record(acting, present, 'fob.pair', 'paired again');
    return { ...present, ...again };
  }
  const row: FobRow = {
    id,
    serial: given.serial,
    ...changes,
    ...clockColumns(given.clock),
    ...fresh,
    created_ms: acting.atMs,
  };
  await acting.db.insertInto('fobs').values(row).execute();
  await record(acting, row, 'fob.pair', 'paired for the first time');
  return row;
}

function isSame(keys: Keys, row: FobRow, given: FobSecrets): boolean {
  const kept = keptSecretsOf(keys, row);
  return (
    kept !== undefined &&
    (['deviceSecret', 'pairingKey', 'recoveryKey'] as const).every(
      name => Buffer.compare(kept[name], given[name]) === 0,
    )
  );
}

function viewOfFob(row: FobRow): FobView {
  const clock =
    row.clock_set_ms === null
      ? null
      : { setMs: row.clock_set_ms, errorMs: row.clock_error_ms, driftPpm: row.drift_ppm };
  const { serial, board, firmware } = row;
  return { serial, board, firmware, clock, createdMs: row.created_ms };
}

function clockColumns(clock: FobClock | undefined) {
  return {
    clock_set_ms: clock?.setMs ?? null,
    clock_error_ms: clock?.errorMs ?? null,
    drift_ppm: clock?.driftPpm ?? null,
  };
}

function isFob({ board, firmware, secrets }: NewFob): boolean {
  const isText = (text: string, most: number) => text.length <= most && /^[\x20-\x7e]+$/.test(text);
  return (
    isText(board, tokenLimits.boardMax) &&
    isText(firmware, tokenLimits.firmwareMax) &&
    secrets.deviceSecret.length === DEVICE_SECRET_BYTES &&
    secrets.pairingKey.length === PAIRING_KEY_BYTES &&
    secrets.recoveryKey.length === RECOVERY_KEY_BYTES
  );
}

function isClock({ setMs, errorMs, driftPpm }: FobClock): boolean {
  const most = tokenLimits.clockErrorMaxMs;
  return (
    isWhole(setMs, 0, tokenLimits.counterMax) &&
    (errorMs === null || isWhole(errorMs, -most, most)) &&
    (driftPpm === null || Math.abs(driftPpm) <= tokenLimits.driftPpmMax)
  );
}

function record(
  { db, keys, actor, atMs }: Acting,
  row: FobRow,
  action: 'fob.pair' | 'fob.import' | 'fob.clock',
  what: string,
): Promise<void> {
  const about = { subjectKind: 'fob', subjectId: row.id, subject: row.serial } as const;
  return recordAudit(db, keys, { atMs, actor, action, ...about, detail: { what } });
}
