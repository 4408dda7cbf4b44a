import { bytesOf, Writer } from './bytes.ts';
import { extract } from './hmac.ts';
import { type Algorithm, type Primitives, SHA512 } from './primitives.ts';

export const KIND_HOTP = 1;
export const KIND_TOTP = 2;
export const KIND_OCRA = 3;
export type Kind = typeof KIND_HOTP | typeof KIND_TOTP | typeof KIND_OCRA;

/** The settings of an account, without its secret and its counter. */
export interface AccountTraits {
  readonly kind: number;
  readonly algorithm: number;
  /** Low four bits: characters of a passcode. High four bits: its alphabet, 0 for decimal (`hotp`). */
  readonly digits: number;
  /** Seconds; 0 for HOTP and OCRA. */
  readonly period: number;
  /** The OCRA suite (`OcraSuite`) in four fields. Other kinds have none of them. */
  readonly question?: number;
  readonly length?: number;
  readonly inputs?: number;
  readonly step?: number;
  /** UTF-8. */
  readonly issuer: Uint8Array;
  /** UTF-8. */
  readonly label: Uint8Array;
}

/** The same settings with the account id that the owner chose. */
export interface AccountSettings extends AccountTraits {
  readonly id: Uint8Array;
}

/** An account as its owner stores it. `accountProof` needs it to check the fob. */
export interface OwnedAccount {
  readonly settings: AccountSettings;
  /** The result of `storedKey`. */
  readonly key: Uint8Array;
}

/**
 * Returns the key to store: the secret, or its hash when the secret is longer than the hash's block (RFC 2104 §2).
 */
export function storedKey(primitives: Primitives, algorithm: Algorithm, secret: Uint8Array): Uint8Array {
  return secret.length > (algorithm === SHA512 ? 128 : 64) ? primitives.hash(algorithm, [secret]) : secret;
}

/** Appends the four fields of an OCRA suite. Appends nothing for other kinds. */
export function writeSuite(account: AccountTraits, out: Writer): void {
  if (account.kind !== KIND_OCRA) return;
  out
    .byte(account.question as number)
    .byte(account.length as number)
    .byte(account.inputs as number)
    .byte(account.step as number);
}

// Domain separation: a proof is never a passcode, and a passcode never a proof.
const PROOF_SALT = bytesOf('passfob proof');

/**
 * Returns the MAC by which an account proves that it holds `key` under exactly these settings: HMAC-SHA256 over
 * nonce, id and settings, keyed with HKDF-Extract(salt "passfob proof", key). 32 bytes.
 */
export function accountProof(
  primitives: Primitives,
  key: Uint8Array,
  id: Uint8Array,
  settings: AccountTraits,
  nonce: Uint8Array,
): Uint8Array {
  const description = new Writer(16 + settings.issuer.length + settings.label.length)
    .raw(id)
    .byte(settings.kind)
    .byte(settings.algorithm)
    .byte(settings.digits)
    .number(settings.period, 2);
  writeSuite(settings, description);
  description.sized(settings.issuer).sized(settings.label);
  return extract(primitives, PROOF_SALT, key).mac([nonce, description.done()]);
}
