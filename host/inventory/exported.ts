import type { Selectable, Transaction } from 'kysely';
import { FobError, systemCode } from '../errors.ts';
import { accountSealLocation } from './accounts.ts';
import { seal, unseal } from './encryption.ts';
import type { Inventory } from './inventory.ts';
import { pairingSealLocation } from './pairings.ts';
import { nextKeySealLocation, nextRecoveryKeyOf } from './recovery-keys.ts';
import type {
  AccountTable,
  ClockTable,
  HistoryTable,
  InventorySchema,
  ObservationTable,
  PairingTable,
} from './schema.ts';
import { unknownFob } from './unknown-fob.ts';

/**
 * An inventory's exported data: fobs with their keys, accounts and history, all decrypted. Only ever written under a
 * password. Bytes are base64.
 */
export interface ExportedInventory {
  readonly version: 1;
  readonly fobs: readonly ExportedFob[];
  readonly history: readonly Omit<Selectable<HistoryTable>, 'id'>[];
}

interface ExportedFob {
  readonly pairing: Omit<Selectable<PairingTable>, 'id' | 'given_ms'>;
  /** Absent for a fob that was erased. */
  readonly secrets?: Readonly<Record<(typeof SECRETS)[number], string>>;
  /** The recovery key that the fob is about to get; absent if none waits. */
  readonly next_recovery_key?: string;
  /** Absent for a fob that was not reached yet, like everything from an earlier passfob. */
  readonly observation?: Omit<Selectable<ObservationTable>, 'pairing_id'>;
  readonly accounts: readonly (Omit<Selectable<AccountTable>, 'pairing_id' | 'sealed_key'> & {
    readonly key: string;
  })[];
  readonly clocks: readonly Omit<Selectable<ClockTable>, 'id' | 'pairing_id'>[];
}

const SECRETS = ['device_secret', 'pairing_key', 'recovery_key'] as const;

/**
 * Exports all of this inventory, or some of its fobs.
 * @throws FobError `not-in-inventory` for a serial without keys here, `inventory`
 */
export async function exportInventory(
  inventory: Inventory,
  serials?: readonly string[],
): Promise<ExportedInventory> {
  const { db } = inventory;
  const pairings = await db.selectFrom('pairings').selectAll().orderBy('id').execute();
  for (const serial of serials ?? []) {
    const isHere = pairings.some(pairing => pairing.serial === serial && pairing.state === 'confirmed');
    if (!isHere) throw unknownFob(serial);
  }
  const meant = pairings.filter(
    ({ serial, state }) => serials === undefined || (serials.includes(serial) && state === 'confirmed'),
  );
  const history = await db.selectFrom('history').selectAll().orderBy('id').execute();
  return {
    version: 1,
    fobs: await Promise.all(meant.map(pairing => exportFob(inventory, pairing))),
    history: history
      .filter(({ serial }) => serials === undefined || serials.includes(serial))
      .map(({ id: _, ...entry }) => entry),
  };
}

async function exportFob(inventory: Inventory, pairing: Selectable<PairingTable>): Promise<ExportedFob> {
  const { db, keys } = inventory;
  const { id, given_ms: _, ...kept } = pairing;
  const sealed = await db.selectFrom('secrets').selectAll().where('pairing_id', '=', id).executeTakeFirst();
  const accounts = await db.selectFrom('accounts').selectAll().where('pairing_id', '=', id).execute();
  const clocks = await db
    .selectFrom('clocks')
    .selectAll()
    .where('pairing_id', '=', id)
    .orderBy('id')
    .execute();
  const next = await nextRecoveryKeyOf(inventory, id);
  const opened = (column: (typeof SECRETS)[number]) =>
    sealed === undefined ? '' : base64(unseal(keys, pairingSealLocation(column, id), sealed[column]));
  return {
    pairing: kept,
    ...(sealed && {
      secrets: {
        device_secret: opened('device_secret'),
        pairing_key: opened('pairing_key'),
        recovery_key: opened('recovery_key'),
      },
    }),
    ...(next && { next_recovery_key: base64(next) }),
    ...(await exportObservation(inventory, id)),
    accounts: accounts.map(({ pairing_id, sealed_key, ...account }) => ({
      ...account,
      key: base64(unseal(keys, accountSealLocation(pairing_id, account.account_id), sealed_key)),
    })),
    clocks: clocks.map(({ id: _id, pairing_id: _pairing, ...clock }) => clock),
  };
}

async function exportObservation({ db }: Inventory, id: number): Promise<Pick<ExportedFob, 'observation'>> {
  const row = await db
    .selectFrom('observations')
    .select(['seen_ms', 'observed_ms', 'observed'])
    .where('pairing_id', '=', id)
    .executeTakeFirst();
  return row === undefined ? {} : { observation: row };
}

export interface Imported {
  readonly added: readonly string[];
  /** Fobs that were already here with the same keys. */
  readonly known: readonly string[];
}

/**
 * Imports an export, all of it or nothing, sealed under this inventory's key. Existing data stays as it is, so
 * importing the same export twice changes nothing.
 * @throws FobError `inventory` if a fob is here with other keys, `bad-input` for values that no inventory takes
 */
export async function importExported(inventory: Inventory, exported: ExportedInventory): Promise<Imported> {
  const added: string[] = [];
  const known: string[] = [];
  try {
    await inventory.db.transaction().execute(async transaction => {
      for (const fob of exported.fobs) {
        const { serial } = fob.pairing;
        if (await isKnown(inventory, transaction, fob)) known.push(serial);
        else {
          await insertFob(inventory, transaction, fob);
          added.push(serial);
        }
      }
      const fresh = exported.history.filter(({ serial }) => added.includes(serial));
      for (const entry of fresh) await transaction.insertInto('history').values(entry).execute();
    });
  } catch (error) {
    throw isAboutValues(error) ? malformed(error) : error;
  }
  return { added, known };
}

async function isKnown(
  { keys }: Inventory,
  transaction: Transaction<InventorySchema>,
  { pairing, secrets }: ExportedFob,
): Promise<boolean> {
  const here = await transaction
    .selectFrom('pairings')
    .selectAll()
    .where('serial', '=', pairing.serial)
    .where('created_ms', '=', pairing.created_ms)
    .execute();
  if (secrets === undefined || pairing.state === 'erased') return here.length > 0;
  const owned = await transaction
    .selectFrom('pairings')
    .innerJoin('secrets', 'secrets.pairing_id', 'pairings.id')
    .select(['pairings.id', 'secrets.pairing_key'])
    .where('serial', '=', pairing.serial)
    .execute();
  const isSame = owned.some(
    row =>
      base64(unseal(keys, pairingSealLocation('pairing_key', row.id), row.pairing_key)) ===
      secrets.pairing_key,
  );
  if (!isSame && owned.length > 0 && pairing.state === 'confirmed') {
    throw new FobError('inventory', {
      sentence: `The fob ${pairing.serial} is in this inventory with other keys. Nothing was added.`,
      next: 'Use an empty inventory (PASSFOB_HOME), or find out with passfob info which keys the fob has.',
    });
  }
  return isSame;
}

async function insertFob(
  { keys }: Inventory,
  transaction: Transaction<InventorySchema>,
  { pairing, secrets, next_recovery_key, observation, accounts, clocks }: ExportedFob,
): Promise<void> {
  const { id } = await transaction
    .insertInto('pairings')
    .values(pairing)
    .returning('id')
    .executeTakeFirstOrThrow();
  if (secrets !== undefined) {
    const sealed = (column: (typeof SECRETS)[number]) =>
      seal(keys, pairingSealLocation(column, id), bytes(secrets[column]));
    await transaction
      .insertInto('secrets')
      .values({
        pairing_id: id,
        device_secret: sealed('device_secret'),
        pairing_key: sealed('pairing_key'),
        recovery_key: sealed('recovery_key'),
      })
      .execute();
  }
  if (next_recovery_key !== undefined) {
    const recovery_key = seal(keys, nextKeySealLocation(id), bytes(next_recovery_key));
    await transaction.insertInto('next_recovery_keys').values({ pairing_id: id, recovery_key }).execute();
  }
  if (observation !== undefined) {
    await transaction
      .insertInto('observations')
      .values({ ...observation, pairing_id: id })
      .execute();
  }
  for (const { key, ...account } of accounts) {
    const sealed_key = seal(keys, accountSealLocation(id, account.account_id), bytes(key));
    await transaction
      .insertInto('accounts')
      .values({ ...account, pairing_id: id, sealed_key })
      .execute();
  }
  for (const clock of clocks) {
    await transaction
      .insertInto('clocks')
      .values({ ...clock, pairing_id: id })
      .execute();
  }
}

/** @throws FobError `bad-input` for data of a later passfob, or that passfob did not write */
export function readExported(text: string): ExportedInventory {
  const exported = parsed(text);
  if (!isRecord(exported) || exported.version === undefined) throw malformed();
  if (exported.version === 1) {
    if (isExported(exported)) return exported;
    throw malformed();
  }
  throw new FobError('bad-input', {
    sentence: 'The file was made by a later passfob.',
    next: 'Update passfob, then run the command again.',
  });
}

/** The parser's own message is not used: it would quote the file. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areRecords(value: unknown): value is readonly JsonRecord[] {
  return Array.isArray(value) && value.every(isRecord);
}

/** Whether everything is where it should be; the database checks the values themselves. */
function isExported(value: JsonRecord): value is JsonRecord & ExportedInventory {
  return areRecords(value.history) && areRecords(value.fobs) && value.fobs.every(isFob);
}

function isFob({ pairing, secrets, next_recovery_key, observation, accounts, clocks }: JsonRecord): boolean {
  const areSecrets =
    secrets === undefined || (isRecord(secrets) && SECRETS.every(name => isText(secrets[name])));
  return (
    isRecord(pairing) &&
    isText(pairing.serial) &&
    areSecrets &&
    (next_recovery_key === undefined || isText(next_recovery_key)) &&
    (observation === undefined || isRecord(observation)) &&
    areRecords(accounts) &&
    accounts.every(({ key }) => isText(key)) &&
    areRecords(clocks)
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function malformed(cause?: unknown): FobError {
  return new FobError('bad-input', {
    sentence: 'The password opens the file, but passfob did not write its content. Nothing was added.',
    next: 'Take another copy of the file, or have it made again by the passfob that made it.',
    ...(cause !== undefined && { cause }),
  });
}

/** Whether an error is about the values of an export, not about the inventory. */
function isAboutValues(error: unknown): boolean {
  // A value of a kind that no column takes.
  if (error instanceof TypeError || error instanceof RangeError) return true;
  const code = systemCode(error);
  // An unknown column, and a value that its column refuses; a trigger tells that the inventory got another key.
  return (
    code === 'SQLITE_ERROR' || (code.startsWith('SQLITE_CONSTRAINT') && code !== 'SQLITE_CONSTRAINT_TRIGGER')
  );
}

function base64(of: Uint8Array): string {
  return Buffer.from(of).toString('base64');
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}
