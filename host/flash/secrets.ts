import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SERIAL_BYTES } from '@passfob/protocol/limits';
import { serialText } from '../client/fob-serial.ts';
import { type BoardFile, boardFile } from './image.ts';
import { BIRTH_BYTES } from './limits.ts';

export const KEYS_FILE = 'keys';
export const BIRTH_FILE = 'birth';

/** 2^32: added to a CRC-32, it gives ten decimal digits in every case. */
const CRC_END = 4_294_967_296;
/** The last byte of the file (`firmware/boards/parts/keystore.ts`). */
const VAULT_TO_BE_MADE = 0xff;
const VAULT_MADE = 0;

/** The secrets in a fob's Storage. */
export interface FlashedSecrets {
  readonly deviceSecret: Uint8Array;
  readonly pairingKey: Uint8Array;
}

function saved({ deviceSecret, pairingKey }: FlashedSecrets): Uint8Array {
  const secrets = Buffer.concat([deviceSecret, pairingKey]);
  return Buffer.concat([secrets, Buffer.from(String(crc32(secrets) + CRC_END), 'latin1')]);
}

/**
 * Makes the file of a fob's secrets.
 * @param isNew whether the fob makes a vault for them. Otherwise they open the existing vault, and a fob without one
 *   stays blank: restoring never overwrites anything.
 */
export function keysFile(secrets: FlashedSecrets, isNew: boolean): BoardFile {
  return boardFile(KEYS_FILE, withLast(saved(secrets), isNew ? VAULT_TO_BE_MADE : VAULT_MADE));
}

/** Returns the possible forms of this file on a fob in use: paired by its code, or flashed. */
export function keysFilesOf(secrets: FlashedSecrets): BoardFile[] {
  return [boardFile(KEYS_FILE, saved(secrets)), keysFile(secrets, false), keysFile(secrets, true)];
}

function withLast(bytes: Uint8Array, last: number): Uint8Array {
  return Uint8Array.of(...bytes, last);
}

/** Makes the initial content of a fob's entropy pool. */
export function birthFile(random: (length: number) => Uint8Array): BoardFile {
  return boardFile(BIRTH_FILE, random(BIRTH_BYTES));
}

/** Returns the serial that the firmware derives from `getSerial()` (`firmware/boards/parts/serial.ts`). */
export function serialOfChip(chip: string): string {
  return serialText(createHash('sha256').update(chip, 'latin1').digest().subarray(0, SERIAL_BYTES));
}
