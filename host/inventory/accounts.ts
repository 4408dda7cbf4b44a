import type { AccountSettings } from '../../protocol/account.ts';
import type { Inventory } from './inventory.ts';
import { seal, unseal } from './seal.ts';

/** An account as the inventory keeps it: what `accountProof` needs to check the fob. */
export interface KeptAccount {
  readonly settings: AccountSettings;
  readonly state: 'pending' | 'active';
  /** The stored key, as `storedKey` gives it. */
  readonly key: Uint8Array;
}

/** The id of an account as people and rows write it: 8 hex digits. */
export function accountIdText(id: Uint8Array): string {
  return Buffer.from(id).toString('hex');
}

/** Keeps an account that the fob is about to be given; durable when the promise resolves. */
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
      issuer: Buffer.from(settings.issuer).toString('utf8'),
      label: Buffer.from(settings.label).toString('utf8'),
      sealed_key: seal(keys, placeOf(pairingId, accountId), key),
      created_ms: nowMs,
    })
    .execute();
}

/** The fob has proved the account. */
export async function confirmAccount({ db }: Inventory, pairingId: number, id: Uint8Array): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ state: 'active' })
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .execute();
}

/** The fob does not hold the account: its key goes. */
export async function dropAccount({ db }: Inventory, pairingId: number, id: Uint8Array): Promise<void> {
  await db
    .deleteFrom('accounts')
    .where('pairing_id', '=', pairingId)
    .where('account_id', '=', accountIdText(id))
    .execute();
}

/** Accounts of a fob in the order they were made. @throws FobError `inventory` where a seal does not open */
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
    key: unseal(keys, placeOf(pairingId, row.account_id), row.sealed_key),
    settings: {
      id: new Uint8Array(Buffer.from(row.account_id, 'hex')),
      kind: row.kind,
      algorithm: row.algorithm,
      digits: row.digits,
      period: row.period,
      issuer: new Uint8Array(Buffer.from(row.issuer, 'utf8')),
      label: new Uint8Array(Buffer.from(row.label, 'utf8')),
    },
  }));
}

function placeOf(pairingId: number, accountId: string) {
  return { column: 'accounts.sealed_key', id: `${pairingId} ${accountId}` };
}
