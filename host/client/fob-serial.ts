import { SERIAL_BYTES } from '@passfob/protocol/limits';
import { PAIRING_ALPHABET } from '@passfob/protocol/pairing';
import { FobError } from '../errors.ts';

export { serialText } from '@passfob/protocol/trace/serial-text';

/** Characters of the alphabet for 5 bytes. */
const CHARS = (SERIAL_BYTES * 8) / 5;

/**
 * Returns the beginning of a serial, with `PF`, in capitals and without dashes; undefined for other texts.
 * `startsSerial` compares it.
 */
export function readSerialStart(typed: string): string | undefined {
  const [, chars] = /^pf[\s-]*((?:[a-z\d][\s-]*){1,8})$/.exec(typed.trim().toLowerCase()) ?? [];
  const start = chars?.replace(/[\s-]/g, '');
  if (start === undefined || ![...start].every(char => PAIRING_ALPHABET.includes(char))) return undefined;
  return `PF${start.toUpperCase()}`;
}

/** Whether a serial begins with a text from `readSerialStart`. */
export function startsSerial(start: string, serial: string): boolean {
  return serial.replaceAll('-', '').startsWith(start);
}

/**
 * Normalises a typed serial to the form of `serialText`: any case, with or without dashes and `PF`.
 * @throws FobError `bad-input`
 */
export function readSerial(typed: string): string {
  const chars = typed
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replace(/^pf(?=.{8}$)/, '');
  if (chars.length !== CHARS || ![...chars].every(char => PAIRING_ALPHABET.includes(char))) {
    throw new FobError('bad-input', {
      sentence: 'This is not the serial of a fob.',
      next: 'Write it as it stands on the fob, such as PF-7Q4M-K2XZ, or run: passfob devices',
    });
  }
  return `PF-${chars.slice(0, CHARS / 2)}-${chars.slice(CHARS / 2)}`.toUpperCase();
}
