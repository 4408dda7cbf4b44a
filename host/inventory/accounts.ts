import { type AccountSettings, KIND_OCRA, type OwnedAccount } from '@passfob/protocol/account';
import { ocraSuiteText } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { FobError } from '../errors.ts';
import { seal, unseal } from './encryption.ts';
import type { Inventory } from './inventory.ts';

/** An account as stored in the inventory. */
export interface KeptAccount extends OwnedAccount {
  readonly state: 'pending' | 'active';
  /** Names sent to the fob, until it is known whether the fob took them. */
  readonly nextNames?: Names;
}

/** UTF-8, as on the wire. */
export type Names = Pick<AccountSettings, 'issuer' | 'label'>;

/** Formats the id of an account for people and rows: 8 hex digits. */
export function accountIdText(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

/** Stores an account before it is sent to the fob; durable when the promise resolves. */
export async function addPendingAccount(
  { db, keys }: Inventory,
  pairingId: number,
  settings: AccountSettings,
  key: Uint8Array,
  nowMs: number,
): Promise<void> {
  const accountId = accountIdText(settings.id);
  await db
    .insertInto('accounts')
    .values({
      pairing_id: pairingId,
      account_id: accountId,
      state: 'pending',
      kind: settings.kind,
      algorithm: settings.algorithm,
      digits: settings.digits,
      period: settings.period,
      issuer: textOf(settings.issuer),
      label: textOf(settings.label),
      sealed_key: seal(keys, accountSealLocation(pairingId, accountId), key),
      created_ms: nowMs,
      suite: suiteTextOf(settings),
    })
    .execute();
}

/** Marks an account that the fob has proved as active. */
export async function confirmAccount({ db }: Inventory, pairingId: number, id: Uint8Array): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ state: 'active' })
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .execute();
}

/** Deletes an account that the fob does not hold, including its key. */
export async function dropAccount({ db }: Inventory, pairingId: number, id: Uint8Array): Promise<void> {
  await db
    .deleteFrom('accounts')
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .execute();
}

/** Returns the accounts of a fob in order of creation. @throws FobError `inventory` if a sealed key does not open */
export async function accountsOf({ db, keys }: Inventory, pairingId: number): Promise<KeptAccount[]> {
  const rows = await db
    .selectFrom('accounts')
    .selectAll()
    .where('pairing_id', '=', pairingId)
    .orderBy('created_ms')
    .orderBy('account_id')
    .execute();
  return rows.map(row => ({
    state: row.state,
    key: unseal(keys, accountSealLocation(pairingId, row.account_id), row.sealed_key),
    settings: {
      id: new Uint8Array(Buffer.from(row.account_id, 'hex')),
      kind: row.kind,
      algorithm: row.algorithm,
      digits: row.digits,
      period: row.period,
      issuer: bytesOf(row.issuer),
      label: bytesOf(row.label),
      ...(row.suite !== null && suiteTraits(row.suite)),
    },
    ...(row.next_issuer !== null &&
      row.next_label !== null && {
        nextNames: { issuer: bytesOf(row.next_issuer), label: bytesOf(row.next_label) },
      }),
  }));
}

function suiteTextOf(settings: AccountSettings): string | null {
  const { kind, algorithm, digits, question = 0, length = 0, inputs = 0, step = 0 } = settings;
  return kind === KIND_OCRA ? ocraSuiteText({ algorithm, digits, question, length, inputs, step }) : null;
}

function suiteTraits(text: string): Partial<AccountSettings> {
  const suite = parseOcraSuite(text);
  if (suite === undefined) {
    throw new FobError('inventory', {
      sentence: 'An account of the inventory has an OCRA suite that cannot be read.',
      next: 'Restore inventory.db and inventory.key from the same backup.',
    });
  }
  const { question, length, inputs, step } = suite;
  return { question, length, inputs, step };
}

function textOf(utf8: Uint8Array): string {
  return Buffer.from(utf8).toString('utf8');
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

/** Stores new names before they are sent to the fob; durable when the promise resolves. */
export async function proposeNames(
  { db }: Inventory,
  pairingId: number,
  id: Uint8Array,
  { issuer, label }: Names,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ next_issuer: textOf(issuer), next_label: textOf(label) })
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .execute();
}

/** Settles proposed names once it is known whether the fob has taken them. */
export async function settleNames(
  { db }: Inventory,
  pairingId: number,
  id: Uint8Array,
  isTaken: boolean,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set(({ ref }) => ({
      ...(isTaken && { issuer: ref('next_issuer').$notNull(), label: ref('next_label').$notNull() }),
      next_issuer: null,
      next_label: null,
    }))
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .where('next_label', 'is not', null)
    .execute();
}

/** Returns the suites of a fob's OCRA accounts by their ids, without opening any sealed key. */
export async function suitesOf({ db }: Inventory, pairingId: number): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('accounts')
    .select(['account_id', 'suite'])
    .where('pairing_id', '=', pairingId)
    .execute();
  return new Map(rows.flatMap(row => (row.suite === null ? [] : [[row.account_id, row.suite] as const])));
}

/**
 * Returns the ids of a fob's accounts that have these names, in any case, without opening any sealed key.
 * @param names as on the fob, without white space around them
 */
export async function namesakesOf(
  { db }: Inventory,
  pairingId: number,
  names: { readonly issuer: string; readonly label: string },
): Promise<string[]> {
  const rows = await db
    .selectFrom('accounts')
    .select(['account_id', 'issuer', 'label'])
    .where('pairing_id', '=', pairingId)
    .orderBy('created_ms')
    .execute();
  const plain = (text: string) => text.toLowerCase();
  return rows
    .filter(
      ({ issuer, label }) => plain(issuer) === plain(names.issuer) && plain(label) === plain(names.label),
    )
    .map(row => row.account_id);
}

/** Returns the place of an account's key, to which its seal is bound. */
export function accountSealLocation(pairingId: number, accountId: string) {
  return { column: 'accounts.sealed_key', id: `${pairingId} ${accountId}` };
}
