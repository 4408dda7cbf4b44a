import { createHmac, timingSafeEqual } from 'node:crypto';
import { ALPHABETS, decimal } from '../../../../protocol/otp.ts';
import type { Algorithm, Alphabet } from '../../data/schema.ts';

/** Number of an alphabet on the wire (`docs/protocol.md`). */
const NUMBERS: Readonly<Record<Alphabet, number>> = { decimal: 0, hex: 1, base32: 2, base64: 3 };

/** What a passcode looks like. */
export interface PasscodeForm {
  readonly algorithm: Algorithm;
  readonly alphabet: Alphabet;
  readonly digits: number;
}

/** The passcode of one counter or time step (RFC 4226 §5.3; `docs/protocol.md` for the other alphabets). */
export function passcodeAt(form: PasscodeForm, secret: Uint8Array, step: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(form.algorithm, secret).update(message).digest();
  if (form.alphabet === 'decimal') return decimal(mac, form.digits);
  const mask = (8 << NUMBERS[form.alphabet]) - 1;
  const characters = ALPHABETS.slice(mask - 15);
  return [...mac.subarray(0, form.digits)].map(byte => characters[byte & mask]).join('');
}

/**
 * A typed passcode as it is compared: without the separators of the display's groups, in the one case that its alphabet
 * has. Undefined where it cannot be one.
 */
export function typedPasscode({ alphabet, digits }: PasscodeForm, typed: string): string | undefined {
  const folded = typed.normalize('NFKC').replace(/[\s\p{Pd}\u2212]/gu, '');
  const text = alphabet === 'hex' || alphabet === 'base32' ? folded.toUpperCase() : folded;
  return text.length === digits && /^[\x21-\x7e]+$/.test(text) ? text : undefined;
}

/** Compares two passcodes of the same length in a time that tells nothing. */
export function sameText(one: string, other: string): boolean {
  return (
    one.length === other.length && timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'))
  );
}
