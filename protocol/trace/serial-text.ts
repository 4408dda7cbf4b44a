import { SERIAL_BYTES } from '../limits.ts';
import { PAIRING_ALPHABET } from '../pairing.ts';

/** Characters of the alphabet for 5 bytes. */
const CHARS = (SERIAL_BYTES * 8) / 5;

/** Formats a fob's serial for people: `PF-7Q4M-K2XZ`, its 5 bytes in the bech32 alphabet (BIP-173), upper case. */
export function serialText(serial: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of serial) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += PAIRING_ALPHABET.charAt((held >> bits) & 31);
    }
  }
  return `PF-${text.slice(0, CHARS / 2)}-${text.slice(CHARS / 2)}`.toUpperCase();
}
