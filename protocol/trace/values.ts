import { SHA1, SHA256, SHA512 } from '../primitives.ts';

/**
 * Names of the numbers in fields, in the words of protocol/commands.ts. The key is `command.field`, or the field where it
 * means the same in every command.
 */
export const NAMED_VALUES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'hello.state': { 0: 'blank', 1: 'owned', 2: 'keys lost', 3: 'damaged or silent' },
  'open.key': { 0: 'pairing key', 1: 'pairing code' },
  'info.clock': { 0: 'unset', 1: 'trusted' },
  'list.health': { 0: 'good', 1: 'damaged' },
  kind: { 1: 'HOTP', 2: 'TOTP', 3: 'OCRA' },
  algorithm: { [SHA1]: 'SHA-1', [SHA256]: 'SHA-256', [SHA512]: 'SHA-512' },
  'clock.state': { 0: 'unset', 1: 'trusted' },
  'time.state': { 0: 'unset', 1: 'trusted', 2: 'stale' },
  'status.pin': { 0: 'none', 1: 'set', 2: 'must be chosen' },
  'status.locked': { 0: 'no', 1: 'yes' },
  'status.escrowed': { 0: 'no', 1: 'yes' },
  'status.wentBack': { 0: 'no', 1: 'rolled back', 2: 'unknown' },
  'status.battery': { 255: 'unknown' },
  wipe: { 0: 'locks', 1: 'wipes' },
  typing: { 0: 'never', 1: 'may be switched on', 3: 'also types Enter' },
  'putOcra.question': { 0: 'numeric', 1: 'alphanumeric', 2: 'hexadecimal' },
  'respond.number': { 255: 'none' },
};

/** Fields that are a sum of bits, and the names of the bits. */
export const SUMS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  'hello.algorithms': { [1 << SHA1]: 'SHA-1', [1 << SHA256]: 'SHA-256', [1 << SHA512]: 'SHA-512' },
  asks: { 1: 'passcodes', 2: 'approvals', 4: 'settings' },
  'take.done': { 1: 'recovery key stored', 2: 'clock set' },
  'putOcra.inputs': {
    1: 'counter',
    2: 'PIN by SHA-1 or SHA-512',
    4: 'PIN by SHA-256 or SHA-512',
    8: 'time in seconds or hours',
    16: 'time in minutes or hours',
  },
};

/** Alphabets of passcodes, whose number stands in the high four bits of `digits`. */
export const ALPHABET_NAMES: readonly string[] = ['decimal', 'hexadecimal', 'Base32', 'Base64'];

/** Fields whose bytes are text. */
export const TEXT_FIELDS: readonly string[] = [
  'board',
  'firmware',
  'issuer',
  'label',
  'question',
  'service',
  'user',
  'code',
];

/** Fields that a decoder shows only where it is told to: secrets, and passcodes. */
export const SECRET_FIELDS: readonly string[] = [
  'deviceSecret',
  'pairingKey',
  'entropy',
  'recoveryKey',
  'secret',
  'code',
];

/** The entry of a field, of its command's own or of all. */
export function entryOf<T>(
  table: Readonly<Record<string, T>>,
  command: string,
  field: string,
): T | undefined {
  return table[`${command}.${field}`] ?? table[field];
}
