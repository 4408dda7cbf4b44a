import { randomBytes } from 'node:crypto';
import type { AccountSettings } from '@passfob/protocol/account';
import { addPendingAccount, confirmAccount } from 'passfob/inventory/accounts';
import { assign } from 'passfob/inventory/fobs';
import type { Inventory } from 'passfob/inventory/inventory';
import { addPendingPairing, confirmPairing, type StoredFobSecrets } from 'passfob/inventory/pairings';
import { secret } from '../../../kit/secrets.ts';

/** Data for an inventory to keep. */

export const FOB = { serial: 'PF-QPZR-Y9X8', board: 'pico', firmware: '0.1.0' };

export function secrets(): StoredFobSecrets {
  const fresh = () => secret(new Uint8Array(randomBytes(32)));
  return { deviceSecret: fresh(), pairingKey: fresh(), recoveryKey: fresh() };
}

/** A key of an account. */
export const seed = () => secret(new Uint8Array(randomBytes(20)));

export function settings(label = 'alice'): AccountSettings {
  const text = new TextEncoder();
  return {
    id: new Uint8Array(randomBytes(4)),
    kind: 2,
    algorithm: 1,
    digits: 6,
    period: 30,
    issuer: text.encode('Example'),
    label: text.encode(label),
  };
}

/** Adds a fob that was paired, with one account where a label is given. */
export async function addFob(
  inventory: Inventory,
  given: {
    readonly serial?: string;
    readonly holder?: string | null;
    readonly label?: string;
    readonly atMs?: number;
  } = {},
) {
  const { serial = FOB.serial, holder, label, atMs = 1 } = given;
  const made = secrets();
  const id = await addPendingPairing(inventory, { ...FOB, serial }, made, atMs);
  await confirmPairing(inventory, id, atMs);
  if (holder !== undefined) await assign(inventory, serial, holder);
  const [account, key] = [settings(label), seed()];
  if (label !== undefined) {
    await addPendingAccount(inventory, id, account, key, atMs);
    await confirmAccount(inventory, id, account.id);
  }
  return { id, made, account, key };
}
