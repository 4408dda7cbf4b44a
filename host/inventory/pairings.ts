import type { Selectable, Transaction } from 'kysely';
import { FobError } from '../errors.ts';
import { type InventorySealLocation, seal, unseal } from './encryption.ts';
import type { Inventory } from './inventory.ts';
import type { InventorySchema, PairingTable } from './schema.ts';

/** The three secrets that an owner makes for a fob; the fob gets the first two. 32 bytes each. */
export interface StoredFobSecrets {
  readonly deviceSecret: Uint8Array;
  readonly pairingKey: Uint8Array;
  readonly recoveryKey: Uint8Array;
}

export type Pairing = Readonly<Selectable<PairingTable>>;

export interface FobFacts {
  readonly serial: string;
  readonly board: string;
  readonly firmware: string;
}

/**
 * Stores the secrets of a pairing before it happens. They may be sent to the fob only when the promise resolves,
 * because then they are durable.
 * @returns the pairing's id
 */
export function addPendingPairing(
  { db, keys }: Inventory,
  { serial, board, firmware }: FobFacts,
  secrets: StoredFobSecrets,
  nowMs: number,
): Promise<number> {
  return db.transaction().execute(async transaction => {
    const { id } = await transaction
      .insertInto('pairings')
      .values({ serial, state: 'pending', board, firmware, created_ms: nowMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    const sealed = (column: SecretColumn, secret: Uint8Array) =>
      seal(keys, pairingSealLocation(column, id), secret);
    await transaction
      .insertInto('secrets')
      .values({
        pairing_id: id,
        device_secret: sealed('device_secret', secrets.deviceSecret),
        pairing_key: sealed('pairing_key', secrets.pairingKey),
        recovery_key: sealed('recovery_key', secrets.recoveryKey),
      })
      .execute();
    return id;
  });
}

/**
 * Confirms a pairing whose key the fob has proved. Earlier pairings with the same fob are over, because a fob holds
 * one key at a time.
 * @param isEscrowed the fob has confirmed that it holds its vault's key under the recovery key, too
 */
export function confirmPairing(
  { db }: Inventory,
  id: number,
  nowMs: number,
  isEscrowed = false,
): Promise<void> {
  return db.transaction().execute(async transaction => {
    const { serial } = await transaction
      .selectFrom('pairings')
      .select('serial')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const others = await transaction
      .selectFrom('pairings')
      .select('id')
      .where('serial', '=', serial)
      .where('id', '!=', id)
      .where('state', '!=', 'erased')
      .execute();
    for (const other of others) await endPairing(transaction, other.id, nowMs);
    await transaction
      .updateTable('pairings')
      .set({ state: 'confirmed', confirmed_ms: nowMs, ...(isEscrowed && { escrowed_ms: nowMs }) })
      .where('id', '=', id)
      .execute();
  });
}

/** Deletes the secrets and accounts of a fob that has erased itself, or never took this pairing; the row stays. */
export function markErased({ db }: Inventory, id: number, nowMs: number): Promise<void> {
  return db.transaction().execute(transaction => endPairing(transaction, id, nowMs));
}

async function endPairing(
  transaction: Transaction<InventorySchema>,
  id: number,
  nowMs: number,
): Promise<void> {
  await transaction.deleteFrom('secrets').where('pairing_id', '=', id).execute();
  await transaction.deleteFrom('next_recovery_keys').where('pairing_id', '=', id).execute();
  await transaction.deleteFrom('observations').where('pairing_id', '=', id).execute();
  await transaction.deleteFrom('accounts').where('pairing_id', '=', id).execute();
  await transaction
    .updateTable('pairings')
    .set({ state: 'erased', erased_ms: nowMs })
    .where('id', '=', id)
    .execute();
}

/** Deletes a pairing that the fob refused, as if it had never been tried. */
export async function dropPairing({ db }: Inventory, id: number): Promise<void> {
  await db.deleteFrom('pairings').where('id', '=', id).where('state', '=', 'pending').execute();
}

/** Returns the pairings of a fob that still have keys: the confirmed one first, then pending ones, latest first. */
export async function pairingsOf({ db }: Inventory, serial: string): Promise<Pairing[]> {
  return await db
    .selectFrom('pairings')
    .selectAll()
    .where('serial', '=', serial)
    .where('state', '!=', 'erased')
    .orderBy('state')
    .orderBy('id', 'desc')
    .execute();
}

/** Returns the key that authenticates sessions with a fob. @throws FobError `inventory` if its seal does not open */
export function pairingKeyOf(inventory: Inventory, id: number): Promise<Uint8Array> {
  return secretOf(inventory, id, 'pairing_key');
}

/**
 * Returns the key that opens a fob's vault without its PIN. @throws FobError `inventory` if its seal does not open
 */
export function recoveryKeyOf(inventory: Inventory, id: number): Promise<Uint8Array> {
  return secretOf(inventory, id, 'recovery_key');
}

/** Returns the fob's part of the keys that seal its vault. @throws FobError `inventory` if its seal does not open */
export function deviceSecretOf(inventory: Inventory, id: number): Promise<Uint8Array> {
  return secretOf(inventory, id, 'device_secret');
}

async function secretOf({ db, keys }: Inventory, id: number, column: SecretColumn): Promise<Uint8Array> {
  const row = await db.selectFrom('secrets').select(column).where('pairing_id', '=', id).executeTakeFirst();
  const sealed = row?.[column];
  if (sealed === undefined) throw new FobError('inventory', { sentence: 'The keys of this fob are gone.' });
  return unseal(keys, pairingSealLocation(column, id), sealed);
}

type SecretColumn = 'device_secret' | 'pairing_key' | 'recovery_key';

/** Returns the place of a pairing's secret, to which its seal is bound. */
export function pairingSealLocation(column: SecretColumn, pairingId: number): InventorySealLocation {
  return { column: `secrets.${column}`, id: String(pairingId) };
}

/** Records that the fob holds its vault's key under the recovery key. */
export async function markEscrowed({ db }: Inventory, id: number, nowMs: number): Promise<void> {
  await db.updateTable('pairings').set({ escrowed_ms: nowMs }).where('id', '=', id).execute();
}
