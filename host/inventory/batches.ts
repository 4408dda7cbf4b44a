import { FobError } from '../errors.ts';
import { accountIdText } from './accounts.ts';
import { type Inventory, together } from './inventory.ts';

/**
 * The state of a row of a batch. assigned: its fob is known, and may hold the account. done: the fob holds and has
 * proved it.
 */
export interface BatchRow {
  readonly key: string;
  readonly state: 'assigned' | 'done';
  readonly serial: string;
  /** 8 hex digits. */
  readonly accountId: string;
  readonly changedMs: number;
  /** Time at which the batch wrote its account into a file; null if never. */
  readonly handedOnMs: number | null;
}

/** Finds the journal of a plan by its name, or creates it. @returns its id */
export function openBatch(inventory: Inventory, name: string, nowMs: number): Promise<number> {
  return together(inventory, async within => {
    const found = await findBatch(within, name);
    if (found !== undefined) return found;
    const made = await within.db
      .insertInto('batches')
      .values({ name, created_ms: nowMs })
      .returning('id')
      .executeTakeFirstOrThrow();
    return made.id;
  });
}

/** Returns the id of a plan's journal; undefined if the plan was never run. */
export async function findBatch({ db }: Inventory, name: string): Promise<number | undefined> {
  const found = await db.selectFrom('batches').select('id').where('name', '=', name).executeTakeFirst();
  return found?.id;
}

/** Returns the assigned rows by their keys; the others wait for a fob. */
export async function batchRows({ db }: Inventory, batchId: number): Promise<Map<string, BatchRow>> {
  const rows = await db.selectFrom('batch_rows').selectAll().where('batch_id', '=', batchId).execute();
  return new Map(
    rows.map(row => [
      row.row_key,
      {
        key: row.row_key,
        state: row.state,
        serial: row.serial,
        accountId: row.account_id,
        changedMs: row.changed_ms,
        handedOnMs: row.handed_on_ms,
      },
    ]),
  );
}

/**
 * Assigns a row to a fob; call it in the transaction that stores the account. An assigned row goes to no other fob.
 * @throws FobError `row-taken` if another run has assigned it to another fob
 */
export async function assignRow(
  { db }: Inventory,
  batchId: number,
  key: string,
  serial: string,
  accountId: Uint8Array,
  nowMs: number,
): Promise<void> {
  const id = accountIdText(accountId);
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('batch_rows')
    .values({ batch_id: batchId, row_key: key, state: 'assigned', serial, account_id: id, changed_ms: nowMs })
    .onConflict(conflict =>
      conflict
        .columns(['batch_id', 'row_key'])
        .doUpdateSet({ account_id: id, changed_ms: nowMs })
        .where('batch_rows.serial', '=', serial)
        .where('batch_rows.state', '=', 'assigned'),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) throw new FobError('row-taken');
}

/** Marks rows as done: the fob has everything that the plan demands, and has proved it. */
export function finishRows(
  inventory: Inventory,
  batchId: number,
  keys: readonly string[],
  nowMs: number,
): Promise<void> {
  return updateRows(inventory, batchId, keys, { state: 'done', changed_ms: nowMs });
}

/** Releases the rows of a lost, broken or erased fob for another fob. @returns how many */
export async function releaseRows({ db }: Inventory, batchId: number, serial: string): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('batch_rows')
    .where('batch_id', '=', batchId)
    .where('serial', '=', serial)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}

/** Notes that the accounts of these rows are in a file that the batch wrote. */
export function markHandedOn(
  inventory: Inventory,
  batchId: number,
  keys: readonly string[],
  nowMs: number,
): Promise<void> {
  return updateRows(inventory, batchId, keys, { handed_on_ms: nowMs });
}

async function updateRows(
  { db }: Inventory,
  batchId: number,
  keys: readonly string[],
  changes: { readonly state: 'done'; readonly changed_ms: number } | { readonly handed_on_ms: number },
): Promise<void> {
  await db
    .updateTable('batch_rows')
    .set(changes)
    .where('batch_id', '=', batchId)
    .where('row_key', 'in', [...keys])
    .execute();
}

/** Returns the permission for later exports as it was stored; undefined if there is none. */
export async function exportPermitOf({ db }: Inventory, batchId: number): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('batches')
    .select('export_permit')
    .where('id', '=', batchId)
    .executeTakeFirst();
  return row?.export_permit ?? undefined;
}

export async function storeExportPermit(
  { db }: Inventory,
  batchId: number,
  permit: Uint8Array,
): Promise<void> {
  await db.updateTable('batches').set({ export_permit: permit }).where('id', '=', batchId).execute();
}
