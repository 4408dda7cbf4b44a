import { FobError } from '../errors.ts';
import { SEALED_FILE_BYTES_MAX } from '../limits.ts';
import { type FileSource, readWhole } from '../read-whole.ts';
import { seal } from './encryption.ts';
import {
  type ExportedInventory,
  exportInventory,
  type Imported,
  importExported,
  readExported,
} from './exported.ts';
import { addHistory } from './history.ts';
import { type Inventory, together } from './inventory.ts';
import { markErased, pairingKeyOf } from './pairings.ts';
import { openWithPassword, passwordSealer, sealWithPassword, writeNewFile } from './password-file.ts';
import { nextKeySealLocation, replaceRecoveryKey } from './recovery-keys.ts';
import { unknownFob } from './unknown-fob.ts';

/**
 * Writes all of this inventory into a new file under a password.
 * @returns how many fobs with keys are in it
 * @throws FobError `bad-input` for the file or a password that is too short, `inventory`
 */
export async function backUp(inventory: Inventory, path: string, password: string): Promise<number> {
  const exported = await exportInventory(inventory);
  writeNewFile(path, await sealWithPassword('backup', bytesOf(exported), password));
  return exported.fobs.filter(({ secrets }) => secrets !== undefined).length;
}

/** Imports a backup into this inventory, sealed under its own key. @throws FobError `bad-input`, `inventory` */
export async function restore(
  inventory: Inventory,
  source: FileSource,
  password: string,
  signal?: AbortSignal,
): Promise<Imported> {
  return importExported(inventory, await opened('backup', source, password, signal));
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
  const exported = await exportInventory(inventory, serials);
  writeNewFile(path, (await handoverSealer(password))(exported));
  await inventory.db
    .updateTable('pairings')
    .set({ given_ms: nowMs })
    .where('serial', 'in', serials)
    .where('state', '=', 'confirmed')
    .execute();
}

/**
 * Derives the key of a handover file, which `handover take` and the service's import read.
 * @returns what makes the file
 * @throws FobError `bad-input` for a password that is too short
 */
export async function handoverSealer(password: string) {
  const seal = await passwordSealer('handover', password);
  return (exported: ExportedInventory) => {
    const plain = bytesOf(exported);
    try {
      return seal(plain);
    } finally {
      plain.fill(0);
    }
  };
}

/** Imports fobs that another owner handed over. @throws FobError `bad-input`, `inventory` */
export async function importHandover(
  inventory: Inventory,
  source: FileSource,
  password: string,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Imported> {
  const exported = await opened('handover', source, password, signal);
  const taken = await importExported(inventory, exported);
  for (const serial of taken.added) await addHistory(inventory, serial, 'taken', nowMs);
  for (const fob of exported.fobs) {
    if (taken.known.includes(fob.pairing.serial)) await takeBack(inventory, fob, nowMs);
  }
  return taken;
}

/**
 * Takes a fob back that was given away and whose keys are still here. Its owner in between may have given it another
 * recovery key, without which its PIN could never be reset. A fob that was not given away keeps its own.
 */
async function takeBack(
  inventory: Inventory,
  fob: ExportedInventory['fobs'][number],
  nowMs: number,
): Promise<void> {
  const { pairing, secrets, next_recovery_key } = fob;
  if (secrets === undefined) return;
  await together(inventory, async within => {
    const { db, keys } = within;
    const row = await db
      .selectFrom('pairings')
      .select('id')
      .where('serial', '=', pairing.serial)
      .where('state', '=', 'confirmed')
      .where('given_ms', 'is not', null)
      .executeTakeFirst();
    if (row === undefined) return;
    const { id } = row;
    const isSame = Buffer.compare(await pairingKeyOf(within, id), bytesOfText(secrets.pairing_key)) === 0;
    if (!isSame) return;
    await replaceRecoveryKey(within, id, bytesOfText(secrets.recovery_key));
    await db.deleteFrom('next_recovery_keys').where('pairing_id', '=', id).execute();
    if (next_recovery_key !== undefined) {
      const next = seal(keys, nextKeySealLocation(id), bytesOfText(next_recovery_key));
      await db.insertInto('next_recovery_keys').values({ pairing_id: id, recovery_key: next }).execute();
    }
    await db.updateTable('pairings').set({ given_ms: null }).where('id', '=', id).execute();
    await addHistory(within, pairing.serial, 'taken', nowMs);
  });
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

function bytesOfText(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function bytesOf(exported: ExportedInventory): Buffer {
  return Buffer.from(JSON.stringify(exported), 'utf8');
}

async function opened(
  what: string,
  source: FileSource,
  password: string,
  signal: AbortSignal | undefined,
): Promise<ExportedInventory> {
  const sealed = await readWhole(source, SEALED_FILE_BYTES_MAX, signal);
  const plain = await openWithPassword(what, sealed, password);
  const exported = readExported(plain.toString('utf8'));
  if (exported.fobs.length > 0) return exported;
  throw new FobError('bad-input', {
    sentence: `There is no fob in ${typeof source === 'string' ? source : source.name}.`,
    next: 'Name the file of an inventory with fobs.',
  });
}
