import { createHash } from 'node:crypto';
import { ACCOUNT_ID_BYTES } from '@passfob/protocol/limits';
import type { TokenRow } from './rows.ts';

/** Returns the serial number of a token on a fob: the fob's, and the account's id in hexadecimal. */
export function serialOnFob(fobSerial: string, id: Uint8Array): string {
  return `${fobSerial}-${Buffer.from(id).toString('hex')}`;
}

/**
 * Returns the account id of a token on a fob: from its serial number, or, if that came from elsewhere, derived from
 * the row's id, so that an interrupted run finds the same account again.
 */
export function accountIdOf({ serial, id }: Pick<TokenRow, 'serial' | 'id'>, fobSerial: string): Uint8Array {
  const prefix = `${fobSerial}-`;
  const rest = serial.startsWith(prefix) ? serial.slice(prefix.length) : '';
  if (/^[0-9a-f]{8}$/.test(rest)) return new Uint8Array(Buffer.from(rest, 'hex'));
  const made = createHash('sha256').update(id).digest().subarray(0, ACCOUNT_ID_BYTES);
  const bytes = Uint8Array.from(made);
  // Ids whose first byte is 0 are reserved for the fob.
  bytes[0] = (bytes[0] ?? 0) | 1;
  return bytes;
}
