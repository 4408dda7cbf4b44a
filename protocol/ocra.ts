import { bytesOf, Writer } from './bytes.ts';
import type { Hmac } from './hmac.ts';
import { decimal } from './otp.ts';
import { type Algorithm, type Primitives, SHA1, SHA256 } from './primitives.ts';

/** An OCRA suite (RFC 6287 §6), as `putOcra` carries it, without session data (S). */
export interface OcraSuite {
  readonly algorithm: number;
  /** 4 to 10. */
  readonly digits: number;
  /** Format: 0 numeric, 1 alphanumeric, 2 hexadecimal. */
  readonly question: number;
  /** Characters of a question, 4 to 64. */
  readonly length: number;
  /** Sum of 1 counter; 2, 4 or 6 PIN hash by SHA-1, -256 or -512; 8, 16 or 24 time in seconds, minutes or hours. */
  readonly inputs: number;
  /** Length of a time step in that unit: 1 to 59, for hours to 48; 0 without time. */
  readonly step: number;
}

const HEX = '0123456789abcdefABCDEF';

function hashName(algorithm: number): string {
  return `SHA${algorithm === SHA1 ? 1 : algorithm === SHA256 ? 256 : 512}`;
}

/** Returns the suite as text, for instance `OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1-T1M`. */
export function ocraSuiteText(suite: OcraSuite): string {
  const inputs = suite.inputs;
  let text = `OCRA-1:HOTP-${hashName(suite.algorithm)}-${suite.digits}:`;
  if (inputs & 1) text += 'C-';
  text += `Q${'NAH'[suite.question]}${`${suite.length}`.padStart(2, '0')}`;
  if (inputs & 6) text += `-P${hashName((inputs >> 1) & 3)}`;
  if (inputs > 7) text += `-T${suite.step}${' SMH'[inputs >> 3]}`;
  return text;
}

/**
 * Returns the 128 bytes of a question, or undefined if a character does not belong to its format. Hexadecimal digits
 * fill the block from the left; an odd number of them leaves half a byte empty. A decimal number is filled in as its
 * hexadecimal digits without leading zeros, as in the RFC's reference (RFC 6287 appendix A).
 * @param format as in `OcraSuite.question`
 * @param question ASCII, at most 128 characters
 */
export function questionBytes(format: number, question: Uint8Array): Uint8Array | undefined {
  const block = new Uint8Array(128);
  // 28 bits each, the lowest first: seven hexadecimal digits, and ten times the value is still exact.
  const limbs = [0];
  for (let i = 0; i < question.length; i++) {
    const char = question[i] as number;
    const digit = HEX.indexOf(String.fromCharCode(char));
    if (format === 1 ? char < 32 || char > 126 : digit < 0 || digit >= (format === 2 ? 22 : 10)) {
      return undefined;
    }
    if (format === 1) block[i] = char;
    else if (format === 2) {
      const value = digit > 15 ? digit - 6 : digit;
      block[i >> 1] = i & 1 ? (block[i >> 1] as number) + value : value << 4;
    } else {
      let carry = digit;
      for (let limb = 0; limb < limbs.length; limb++) {
        carry += (limbs[limb] as number) * 10;
        limbs[limb] = carry & 268435455;
        carry = carry >>> 28;
      }
      if (carry) limbs.push(carry);
    }
  }
  if (format) return block;
  let digits = '';
  for (let limb = limbs.length - 1; limb >= 0; limb--) {
    digits += (limbs[limb] as number).toString(16).padStart(digits ? 7 : 1, '0');
  }
  return questionBytes(2, bytesOf(digits));
}

/**
 * Returns the OCRA passcode (RFC 6287 §5): the HMAC over suite, counter, question, PIN hash and time step, truncated.
 * @param key HMAC keyed with the shared secret, with the suite's algorithm
 * @param question ASCII; for mutual challenge-response both challenges, one after the other
 * @param counter used only if the suite names it, as are the next two
 * @param pin ASCII digits
 * @param utc seconds since 1970
 * @returns undefined if the question does not have the suite's format
 */
export function ocra(
  primitives: Primitives,
  key: Hmac,
  suite: OcraSuite,
  question: Uint8Array,
  counter: number,
  pin: Uint8Array,
  utc: number,
): string | undefined {
  const block = questionBytes(suite.question, question);
  if (!block) return undefined;
  const inputs = suite.inputs;
  // A suite has at most 41 characters; then come 1, 8, 128, 64 and 8 bytes.
  const message = new Writer(250).raw(bytesOf(ocraSuiteText(suite))).byte(0);
  if (inputs & 1) message.number(counter, 8);
  message.raw(block);
  if (inputs & 6) message.raw(primitives.hash(((inputs >> 1) & 3) as Algorithm, [pin]));
  if (inputs > 7) {
    message.number(Math.floor(utc / (suite.step * (inputs < 16 ? 1 : inputs < 24 ? 60 : 3600))), 8);
  }
  return decimal(key.mac([message.done()]), suite.digits);
}
