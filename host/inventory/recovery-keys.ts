import { FobError } from '../errors.ts';
import { type InventorySealLocation, seal, unseal } from './encryption.ts';
import { type Inventory, together } from './inventory.ts';
import { markEscrowed, pairingSealLocation, recoveryKeyOf } from './pairings.ts';

/**
 * The recovery keys of a pairing. A new key is stored beside the old one before the fob gets it, and replaces it when
 * the fob has confirmed it: so a reset is possible after every interruption.
 */

/** Returns the keys that the fob may hold, the newest first. @throws FobError `inventory` */
export async function heldRecoveryKeys(inventory: Inventory, id: number): Promise<Uint8Array[]> {
  const next = await nextRecoveryKeyOf(inventory, id);
  return [...(next === undefined ? [] : [next]), await recoveryKeyOf(inventory, id)];
}

/** Returns the key that the fob is to get; undefined if none waits. @throws FobError `inventory` */
export async function nextRecoveryKeyOf(
  { db, keys }: Inventory,
  id: number,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('next_recovery_keys')
    .select('recovery_key')
    .where('pairing_id', '=', id)
    .executeTakeFirst();
  return row && unseal(keys, nextKeySealLocation(id), row.recovery_key);
}

/**
 * Returns the key that the fob is to get, and makes it if none waits. It may be sent when the promise resolves,
 * because then it is durable.
 * @throws FobError `inventory`
 */
export async function proposeRecoveryKey(
  inventory: Inventory,
  id: number,
  fresh: () => Uint8Array,
): Promise<Uint8Array> {
  const { db, keys } = inventory;
  await db
    .insertInto('next_recovery_keys')
    .values({ pairing_id: id, recovery_key: seal(keys, nextKeySealLocation(id), fresh()) })
    .onConflict(conflict => conflict.doNothing())
    .execute();
  const next = await nextRecoveryKeyOf(inventory, id);
  if (next === undefined) throw new FobError('inventory', { sentence: 'The keys of this fob are gone.' });
  return next;
}

/** Makes the next key the only one, because the fob has confirmed it. @throws FobError `inventory` */
export function confirmRecoveryKey(inventory: Inventory, id: number, nowMs: number): Promise<void> {
  return together(inventory, async within => {
    const next = await nextRecoveryKeyOf(within, id);
    if (next === undefined) return;
    const { db } = within;
    await replaceRecoveryKey(within, id, next);
    await db.deleteFrom('next_recovery_keys').where('pairing_id', '=', id).execute();
    await markEscrowed(within, id, nowMs);
  });
}

/**
 * Replaces the recovery key of a pairing; call it in a transaction. The database refuses only new rows under an old
 * key by itself.
 * @throws FobError `inventory` if a re-keying has begun since this process opened the inventory: it may have passed this
 * row already
 */
export async function replaceRecoveryKey(
  { db, keys }: Inventory,
  id: number,
  key: Uint8Array,
): Promise<void> {
  const sealing = await db.selectFrom('sealing').select('key_id').executeTakeFirst();
  if (sealing !== undefined && sealing.key_id !== keys.currentKeyId) {
    throw new FobError('inventory', {
      sentence: 'The inventory got a new key while this command ran.',
      next: 'Run the command again: it finishes the interrupted work.',
    });
  }
  const recovery_key = seal(keys, pairingSealLocation('recovery_key', id), key);
  await db.updateTable('secrets').set({ recovery_key }).where('pairing_id', '=', id).execute();
}

/** Returns the place of a next recovery key, to which its seal is bound. */
export function nextKeySealLocation(pairingId: number): InventorySealLocation {
  return { column: 'next_recovery_keys.recovery_key', id: String(pairingId) };
}
