import type { LockedKeyFile } from 'passfob/encryption-at-rest/key-file';
import { reseal, type SealedValues } from 'passfob/encryption-at-rest/rekey';
import type { Actor } from '../../base/actor.ts';
import { recordLimits } from '../../base/limits/records.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import {
  type ColumnValue,
  keyIdsInUse,
  replaceSeal,
  replaceSetting,
  type SealedColumn,
  type SettingValue,
  sealedColumns,
  sealedSettings,
  sealedUnder,
} from '../../storage/encryption-at-rest/columns.ts';
import { changeKeyFile, type Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { type Sealed, sealFormat } from '../../storage/encryption-at-rest/seal.ts';
import type { Management } from '../../storage/management.ts';
import { readSetting, writeSetting } from '../../storage/settings.ts';
import { recordAudit } from '../audit/record.ts';

const REKEY = 'rekey';
const CURRENT = 'sealing-key';

/** Dependencies of re-keying, which needs the key file itself. */
export interface RekeyContext extends Management {
  /** The folder of `service.key`. */
  readonly directory: string;
}

/** The progress of re-keying. */
export interface RekeyProgress {
  /**
   * `waiting`: everything is encrypted under the new key, and nodes have until `waitUntilMs` to start using it; then
   * call again.
   */
  readonly state: 'waiting' | 'done' | 'unreadable';
  readonly keyId: string;
  /** Values re-encrypted by this call. */
  readonly resealed: number;
  /** Values that cannot be decrypted, and whose key is therefore kept: the database was damaged. */
  readonly unreadable: number;
  readonly waitUntilMs: number | null;
}

interface Rekeying {
  readonly to: string;
  readonly sinceMs: number;
}

/**
 * Re-encrypts all encrypted values under a new key while the service runs; continues where an earlier call ended. The
 * old key leaves the key file only when no value names it and all nodes have had time to start using the new one. Only
 * one program with this key file does this at a time.
 *
 * @throws ServiceError `busy`, `key_file_…`; if the file lacks a key that is in use, before anything is changed
 */
export function rekey(place: RekeyContext, actor: Actor): Promise<RekeyProgress> {
  return changeKeyFile(place.directory, file => rekeyWith(file, place, actor));
}

async function rekeyWith(file: LockedKeyFile, place: RekeyContext, actor: Actor): Promise<RekeyProgress> {
  const { db, keys } = place;
  const begun = await readSetting<Rekeying>(db, REKEY);
  file.demand(new Set([...(await keyIdsInUse(db)), ...(begun === undefined ? [] : [begun.to])]));
  const { to, sinceMs } = begun ?? (await begin(file, place, actor));
  file.promote(to);
  keys.reload?.();
  keys.follow?.(to);
  if (keys.currentKeyId !== to) throw new Error('the new key is not among the keys');
  const counts = await resealAll(db, keys, to);
  const standing = { keyId: to, ...counts };
  if (counts.unreadable > 0) return { ...standing, state: 'unreadable', waitUntilMs: null };
  const waitUntilMs = sinceMs + recordLimits.rekeyGraceMs;
  if (place.clock() < waitUntilMs) return { ...standing, state: 'waiting', waitUntilMs };
  const isDone = await finish(file, place, actor, to);
  return { ...standing, state: isDone ? 'done' : 'waiting', waitUntilMs: isDone ? null : place.clock() };
}

async function begin(
  file: LockedKeyFile,
  { db, keys, clock }: RekeyContext,
  actor: Actor,
): Promise<Rekeying> {
  const prepared = file.add('next').nextKeyId ?? '';
  return writing(db, async transaction => {
    const present = await readSetting<Rekeying>(transaction, REKEY);
    if (present !== undefined) return present;
    const started = { to: prepared, sinceMs: clock() };
    await writeSetting(transaction, REKEY, started, started.sinceMs);
    await writeSetting(transaction, CURRENT, { to: prepared, sinceMs: started.sinceMs }, started.sinceMs);
    await recordAudit(transaction, keys, entryOf(actor, 'service.rekey-begin', prepared, started.sinceMs));
    return started;
  });
}

/** Returns true if the old keys are gone; false if a value was encrypted under one of them meanwhile. */
async function finish(
  file: LockedKeyFile,
  { db, keys, clock }: RekeyContext,
  actor: Actor,
  to: string,
): Promise<boolean> {
  const isFree = await writing(db, async transaction => {
    const used = await keyIdsInUse(transaction);
    used.delete(to);
    if (used.size > 0) return false;
    const nowMs = clock();
    await transaction.deleteFrom('settings').where('name', '=', REKEY).execute();
    await recordAudit(transaction, keys, entryOf(actor, 'service.rekey', to, nowMs));
    return true;
  });
  if (isFree) file.keepOnly(new Set([to]));
  return isFree;
}

function entryOf(actor: Actor, action: string, keyId: string, atMs: number) {
  const subject = { subjectKind: 'service' as const, subjectId: keyId, subject: 'service.key' };
  return { atMs, actor, action, ...subject };
}

type Counts = Pick<RekeyProgress, 'resealed' | 'unreadable'>;

async function resealAll(db: Db, keys: Keys, to: string): Promise<Counts> {
  const old = [...(await keyIdsInUse(db))].filter(keyId => keyId !== to);
  const counts = [await reseal(sealFormat, keys, settingsNotUnder(db, to))];
  for (const keyId of old)
    for (const column of sealedColumns)
      counts.push(await reseal(sealFormat, keys, columnUnder(db, column, keyId)));
  return {
    resealed: counts.reduce((sum, { resealed }) => sum + resealed, 0),
    unreadable: counts.reduce((sum, { unreadable }) => sum + unreadable, 0),
  };
}

function columnUnder(db: Db, column: SealedColumn, keyId: string): SealedValues<Sealed, ColumnValue> {
  return {
    next: last => sealedUnder(db, column, { keyId, after: last?.key, limit: recordLimits.rekeyRows }),
    replace: pairs => countReplaced(db, pairs, (transaction, pair) => replaceSeal(transaction, column, pair)),
  };
}

function settingsNotUnder(db: Db, keyId: string): SealedValues<Sealed, SettingValue> {
  return {
    next: async last =>
      last === undefined ? (await sealedSettings(db)).filter(({ sealed }) => sealed.keyId !== keyId) : [],
    replace: pairs => countReplaced(db, pairs, replaceSetting),
  };
}

/**
 * Replaces in one transaction; a value that has changed meanwhile is re-encrypted by its writer or by the next call.
 */
function countReplaced<Pair>(
  db: Db,
  pairs: readonly Pair[],
  replace: (transaction: Db, pair: Pair) => Promise<boolean>,
): Promise<number> {
  return writing(db, async transaction => {
    let replaced = 0;
    for (const pair of pairs) if (await replace(transaction, pair)) replaced += 1;
    return replaced;
  });
}

/**
 * Starts using the key that the database names as current; every node calls this at its start and every few seconds.
 */
export async function followEncryptionKey(db: Db, keys: Keys): Promise<void> {
  const current = await readSetting<Rekeying>(db, CURRENT);
  if (current === undefined || current.to === keys.currentKeyId) return;
  if (!keys.sealing.has(current.to)) keys.reload?.();
  keys.follow?.(current.to);
}
