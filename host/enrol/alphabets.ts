/** Alphabets of passcodes, indexed by their number on the wire (docs/protocol.md). */
export const ALPHABET_NAMES = ['decimal', 'hex', 'base32', 'base64'] as const;
export type AlphabetName = (typeof ALPHABET_NAMES)[number];

const LENGTH_BITS = 4;

/** Encodes the wire's `digits`: length in the low four bits, alphabet above them. */
export function digitsByte(alphabet: AlphabetName, length: number): number {
  return (ALPHABET_NAMES.indexOf(alphabet) << LENGTH_BITS) | length;
}

/** Decodes `digitsByte`; an unknown alphabet number is read as decimal. */
export function passcodeForm(digits: number): { readonly alphabet: AlphabetName; readonly length: number } {
  return {
    alphabet: ALPHABET_NAMES[digits >> LENGTH_BITS] ?? 'decimal',
    length: digits & ((1 << LENGTH_BITS) - 1),
  };
}
