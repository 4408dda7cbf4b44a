import { FobError } from '../errors.ts';
import { type Bundle, bundleOf, type ImportedBundle, importBundle, readBundle } from './bundle.ts';
import { addHistory } from './history.ts';
import type { Inventory } from './inventory.ts';
import { markErased } from './pairings.ts';
import { openWithPassword, readWholeFile, sealWithPassword, writeNewFile } from './password-file.ts';
import { unknownFob } from './unknown-fob.ts';

/**
 * Writes all of this inventory into a new file under a password.
 * @returns how many fobs with keys are in it
 * @throws FobError `bad-input` for the file or a password that is too short, `inventory`
 */
export async function backUp(inventory: Inventory, path: string, password: string): Promise<number> {
  const bundle = await bundleOf(inventory);
  writeNewFile(path, await sealWithPassword('backup', bytesOf(bundle), password));
  return bundle.fobs.filter(({ secrets }) => secrets !== undefined).length;
}

/** Imports a backup into this inventory, sealed under its own key. @throws FobError `bad-input`, `inventory` */
export async function restore(inventory: Inventory, path: string, password: string): Promise<ImportedBundle> {
  return importBundle(inventory, await opened('backup', path, password));
}

/**
 * Writes the keys and accounts of fobs into a new file under a password, for another owner. They stay here until
 * `forget`; until then both inventories own the fobs.
 * @throws FobError `not-in-inventory`, `bad-input`
 */
export async function give(
  inventory: Inventory,
  serials: readonly string[],
  path: string,
  password: string,
  nowMs: number,
): Promise<void> {
  const bundle = await bundleOf(inventory, serials);
  writeNewFile(path, await sealWithPassword('handover', bytesOf(bundle), password));
  await inventory.db
    .updateTable('pairings')
    .set({ given_ms: nowMs })
    .where('serial', 'in', serials)
    .where('state', '=', 'confirmed')
    .execute();
}

/** Imports fobs that another owner handed over. @throws FobError `bad-input`, `inventory` */
export async function importHandover(
  inventory: Inventory,
  path: string,
  password: string,
  nowMs: number,
): Promise<ImportedBundle> {
  const taken = await importBundle(inventory, await opened('handover', path, password));
  for (const serial of taken.added) await addHistory(inventory, serial, 'taken', nowMs);
  return taken;
}

/**
 * Deletes the keys and accounts of fobs that were handed over.
 * @throws FobError `not-in-inventory`, `bad-input` for one that was not given; then nothing is deleted
 */
export async function forget(inventory: Inventory, serials: readonly string[], nowMs: number): Promise<void> {
  const rows = await inventory.db
    .selectFrom('pairings')
    .select(['id', 'serial', 'given_ms'])
    .where('serial', 'in', serials)
    .where('state', '=', 'confirmed')
    .execute();
  for (const serial of serials) {
    const row = rows.find(one => one.serial === serial);
    if (row === undefined) throw unknownFob(serial);
    if (row.given_ms !== null) continue;
    throw new FobError('bad-input', {
      sentence: `The fob ${serial} was not given to anyone. If its keys were deleted here, it could only be erased.`,
      next: `Run first: passfob handover give ${serial} --out FILE`,
    });
  }
  for (const { id } of rows) await markErased(inventory, id, nowMs);
}

function bytesOf(bundle: Bundle): Buffer {
  return Buffer.from(JSON.stringify(bundle), 'utf8');
}

async function opened(what: string, path: string, password: string): Promise<Bundle> {
  const plain = await openWithPassword(what, readWholeFile(path), password);
  return readBundle(plain.toString('utf8'));
}
