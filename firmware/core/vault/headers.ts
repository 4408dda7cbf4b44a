import { equal } from '@passfob/protocol/hmac';
import { HEADER_BYTES, RECOVERY_PAGE } from '../base/limits.ts';
import type { Storage, VaultPorts } from '../base/ports.ts';
import type { State } from '../base/state.ts';
import { Wrap } from './wrap.ts';

export const NO_PIN = new Uint8Array(0);

/** Returns a header's bytes, none if it is empty: all zeros or, in a new memory, all ones. Undefined: no answer. */
export function readHeader(storage: Storage, page: number): Uint8Array | undefined {
  const bytes = storage.read(page * storage.pageBytes, HEADER_BYTES);
  if (!bytes) return undefined;
  for (let i = 1; i < HEADER_BYTES; i++) if (bytes[i] !== bytes[0]) return bytes;
  return bytes[0] === 0 || bytes[0] === 255 ? new Uint8Array(0) : bytes;
}

/** Zeroes a header unless it is empty. A torn write would turn an empty header into one that does not open. */
export function destroyHeader(storage: Storage, page: number): boolean {
  const header = readHeader(storage, page);
  return (
    (!!header && !header.length) || storage.write(page * storage.pageBytes, new Uint8Array(HEADER_BYTES))
  );
}

/** Wraps the data key under the owner's recovery key and stores two copies. */
export function keepRecovery(
  ports: VaultPorts,
  policy: State,
  recoveryKey: Uint8Array,
  dataKey: Uint8Array,
): boolean {
  const storage = ports.storage;
  const header = new Wrap(ports.primitives, ports.keyDerivation, recoveryKey).header(dataKey, NO_PIN);
  const crc = checkOf(ports, header);
  // Copy A last: if any of it is written, the other one is complete. A copy that is right already is not rewritten.
  for (let page = RECOVERY_PAGE + 1; page >= RECOVERY_PAGE; page--) {
    const held = readHeader(storage, page);
    if (!held) return false;
    if (!equal(held, header) && !storage.write(page * storage.pageBytes, header)) return false;
    // Between the two copies, so that at every power cut the state names a complete copy.
    if (policy.recoveryCrc !== crc) {
      policy.recoveryCrc = crc;
      if (!policy.save()) return false;
    }
  }
  return true;
}

/** Returns the check value of a complete copy, never 0. */
function checkOf(ports: VaultPorts, header: Uint8Array): number {
  return ports.primitives.crc32(header) & 0xffffff || 1;
}

/**
 * Whether a complete copy of the recovery header exists: 1 or 0, or -1 if the storage did not answer.
 * @param crc from the state; 0 on vaults without this field, where copy A decides
 */
export function hasRecovery(ports: VaultPorts, crc: number): number {
  let found = 0;
  for (let copy = 0; copy < 2; copy++) {
    const header = readHeader(ports.storage, RECOVERY_PAGE + copy);
    if (!header) found = -1;
    else if (header.length && (crc ? checkOf(ports, header) === crc : copy === 0)) return 1;
  }
  return found;
}

/** Returns the data key opened with the recovery key, or undefined. */
export function recover(ports: VaultPorts, recoveryKey: Uint8Array): Uint8Array | undefined {
  const wrap = new Wrap(ports.primitives, ports.keyDerivation, recoveryKey);
  for (let copy = 0; copy < 2; copy++) {
    const header = readHeader(ports.storage, RECOVERY_PAGE + copy);
    const key = header && wrap.open(header, NO_PIN);
    if (key) return key;
  }
  return undefined;
}
