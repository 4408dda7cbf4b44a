import { createHash } from 'node:crypto';
import { ACCOUNT_ID_BYTES } from '@passfob/protocol/limits';
import type { TokenRow } from './rows.ts';

/** What a token on a fob is called: the fob, and the account on it in hexadecimal. */
export function serialOnFob(fobSerial: string, id: Uint8Array): string {
  return `${fobSerial}-${Buffer.from(id).toString('hex')}`;
}

/**
 * The account of a token on a fob: said by its serial number, or, where that came from elsewhere, made of what the row is
 * known by, so that an interrupted run finds the same one again.
 */
export function accountIdOf({ serial, id }: TokenRow, fobSerial: string): Uint8Array {
  const prefix = `${fobSerial}-`;
  const rest = serial.startsWith(prefix) ? serial.slice(prefix.length) : '';
  if (/^[0-9a-f]{8}$/.test(rest)) return new Uint8Array(Buffer.from(rest, 'hex'));
  const made = createHash('sha256').update(id).digest().subarray(0, ACCOUNT_ID_BYTES);
  const bytes = Uint8Array.from(made);
  // Ids whose first byte is 0 are the fob's own.
  bytes[0] = (bytes[0] ?? 0) | 1;
  return bytes;
}
