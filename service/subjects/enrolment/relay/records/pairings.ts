import { randomUUID } from 'node:crypto';
import type { Hello } from 'passfob/client/hello';
import { relayLimits } from '../../../../base/limits/relay.ts';
import type { Acting } from '../../../../storage/acting.ts';
import type { Db } from '../../../../storage/database/database.ts';
import type { Keys } from '../../../../storage/encryption-at-rest/key-file.ts';
import { type FobSecrets, openSecrets, sealSecrets } from '../../../tokens/fob-secrets.ts';
import { type FobRow, fobNamed, fobSecretsOf, keepProved } from '../../../tokens/fobs.ts';

/** Secrets that a fob may hold. id: of the interrupted pairing; null for proved secrets. */
export interface KnownSecrets {
  readonly id: string | null;
  readonly secrets: FobSecrets;
}

/** Stores secrets before they are sent to a fob. Once this is durable, they may be sent. @returns their id */
export async function addPairing(
  { db, keys, atMs }: Acting,
  serial: string,
  secrets: FobSecrets,
): Promise<string> {
  await db
    .deleteFrom('fob_pairings')
    .where('created_ms', '<', atMs - relayLimits.fobPairingsKeptMs)
    .execute();
  const kept = await pairingIds(db, serial);
  for (const old of kept.slice(relayLimits.fobPairingsKept - 1)) await dropPairing(db, old);
  const id = randomUUID();
  const { box, keyId } = sealSecrets(keys, { table: 'fob_pairings', id }, secrets);
  await db
    .insertInto('fob_pairings')
    .values({ id, serial, sealed_secrets: box, key_id: keyId, created_ms: atMs })
    .execute();
  return id;
}

/** Deletes secrets that the fob never took. */
export async function dropPairing(db: Db, id: string): Promise<void> {
  await db.deleteFrom('fob_pairings').where('id', '=', id).execute();
}

/** Returns all secrets for a fob of this serial: proved ones, then those of interrupted pairings, latest first. */
export async function knownSecrets(
  db: Db,
  keys: Keys,
  serial: string,
): Promise<{ readonly fob: FobRow | undefined; readonly known: KnownSecrets[] }> {
  const fob = await fobNamed(db, serial);
  const proved = fob && fobSecretsOf(keys, fob);
  const pending = await db
    .selectFrom('fob_pairings')
    .selectAll()
    .where('serial', '=', serial)
    .orderBy('created_ms', 'desc')
    .orderBy('id')
    .execute();
  const known: KnownSecrets[] = proved === undefined ? [] : [{ id: null, secrets: proved }];
  for (const { id, sealed_secrets, key_id } of pending) {
    const secrets = openSecrets(keys, { table: 'fob_pairings', id }, { box: sealed_secrets, keyId: key_id });
    if (secrets !== undefined) known.push({ id, secrets });
  }
  return { fob, known };
}

/**
 * The fob has proved that it holds these secrets: all other secrets stored for it are deleted.
 * @param isClockSet whether the fob has just taken the service's time with them
 */
export async function confirmPairing(
  acting: Acting,
  hello: Hello,
  secrets: FobSecrets,
  isClockSet = false,
): Promise<FobRow> {
  const { serial } = hello;
  // The fob may leave its board and firmware names empty, but the columns must not be empty.
  const fob = await keepProved(acting, {
    serial,
    board: hello.board || '?',
    firmware: hello.firmware || '?',
    secrets,
    ...(isClockSet && { clock: { setMs: acting.atMs, errorMs: null, driftPpm: null } }),
  });
  await acting.db.deleteFrom('fob_pairings').where('serial', '=', serial).execute();
  return fob;
}

async function pairingIds(db: Db, serial: string): Promise<string[]> {
  const rows = await db
    .selectFrom('fob_pairings')
    .select('id')
    .where('serial', '=', serial)
    .orderBy('created_ms', 'desc')
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
