import { equal } from '../../../protocol/hmac.ts';
import { HEADER_BYTES, RECOVERY_PAGE } from '../limits.ts';
import type { Storage, VaultPorts } from '../ports.ts';
import { Wrap } from './wrap.ts';

export const NO_PIN = new Uint8Array(0);

/** A header's bytes, none when it is empty: all zeros or, as made, all ones. Undefined: no answer. */
export function readHeader(storage: Storage, page: number): Uint8Array | undefined {
  const bytes = storage.read(page * storage.pageBytes, HEADER_BYTES);
  if (!bytes) return undefined;
  for (let i = 1; i < HEADER_BYTES; i++) if (bytes[i] !== bytes[0]) return bytes;
  return bytes[0] === 0 || bytes[0] === 255 ? new Uint8Array(0) : bytes;
}

/** Never writes an empty header: torn by the power, it would be a second one that does not open. */
export function destroyHeader(storage: Storage, page: number): boolean {
  const header = readHeader(storage, page);
  return (
    (!!header && !header.length) || storage.write(page * storage.pageBytes, new Uint8Array(HEADER_BYTES))
  );
}

/** Wraps the data key under the owner's recovery key, in two copies. */
export function keepRecovery(ports: VaultPorts, recoveryKey: Uint8Array, dataKey: Uint8Array): boolean {
  const storage = ports.storage;
  const header = new Wrap(ports.primitives, ports.stretch, recoveryKey).header(dataKey, NO_PIN);
  // Copy A last: where there is anything of it, the other one is whole. One that is right is not put at risk.
  for (let page = RECOVERY_PAGE + 1; page >= RECOVERY_PAGE; page--) {
    const held = readHeader(storage, page);
    if (!held) return false;
    if (!equal(held, header) && !storage.write(page * storage.pageBytes, header)) return false;
  }
  return true;
}

/** Whether anything is wrapped under a recovery key. */
export function hasRecovery(storage: Storage): boolean {
  const header = readHeader(storage, RECOVERY_PAGE);
  return !!header && header.length > 0;
}

/** The data key as the recovery key opens it, or undefined. */
export function recover(ports: VaultPorts, recoveryKey: Uint8Array): Uint8Array | undefined {
  const wrap = new Wrap(ports.primitives, ports.stretch, recoveryKey);
  for (let copy = 0; copy < 2; copy++) {
    const header = readHeader(ports.storage, RECOVERY_PAGE + copy);
    const key = header && wrap.open(header, NO_PIN);
    if (key) return key;
  }
  return undefined;
}
