import type { FobState } from '../client/hello.ts';
import type { FobError } from '../errors.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { type Pairing, pairingsOf } from '../inventory/pairings.ts';
import type { FobAtHand } from './context.ts';
import { closeAll, findFobs } from './find.ts';
import type { WireOptions } from './probe.ts';

export interface FoundDevice {
  /** The preferred one of `addresses`. */
  readonly address: string;
  /** Every address at which it answered. */
  readonly addresses: readonly string[];
  readonly serial: string;
  readonly state: FobState;
  readonly board: string;
  readonly firmware: string;
  /** The version of Espruino under it; absent for firmware that does not tell. */
  readonly interpreter?: string;
  /** Whether this inventory has keys for it; pending: it may have, after an interrupted pairing. */
  readonly pairing: 'none' | 'pending' | 'confirmed';
  /** The person with the fob, as the inventory knows; null for nobody. */
  readonly holder: string | null;
}

export interface DevicesResult {
  readonly devices: readonly FoundDevice[];
  /** Ports that were tried and have no fob that this user can talk to. */
  readonly silent: readonly { readonly address: string; readonly error: FobError }[];
}

export interface DevicesOptions {
  readonly port?: string | undefined;
  /** Tries every serial port, whatever device it has. */
  readonly all?: boolean | undefined;
  readonly wire?: WireOptions | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Opens the inventory for some work, and closes it. */
type Opening = <T>(work: (inventory: Inventory) => Promise<T>) => Promise<T>;

/**
 * Lists the connected fobs. The inventory is opened where there are some.
 * @throws FobError `bad-input`, `inventory`, `cancelled`
 */
export async function devices(withInventory: Opening, options: DevicesOptions): Promise<DevicesResult> {
  const found = await findFobs(options.port, options.all, options.signal, options.wire);
  await closeAll(found);
  const silent = found.flatMap(one => ('error' in one ? [one] : []));
  const fobs = found.flatMap(one => ('error' in one ? [] : [one]));
  if (fobs.length === 0) return { devices: [], silent };
  return withInventory(async inventory => {
    const known = fobs.map(async one => deviceOf(one, (await pairingsOf(inventory, one.hello.serial))[0]));
    return { devices: await Promise.all(known), silent };
  });
}

function deviceOf({ address, addresses, hello }: FobAtHand, pairing: Pairing | undefined): FoundDevice {
  const { serial, state, board, firmware, interpreter } = hello;
  return {
    address,
    addresses: addresses ?? [address],
    serial,
    state,
    board,
    firmware,
    ...(interpreter !== undefined && { interpreter }),
    ...(pairing && pairing.state !== 'erased'
      ? { pairing: pairing.state, holder: pairing.holder }
      : { pairing: 'none', holder: null }),
  };
}
