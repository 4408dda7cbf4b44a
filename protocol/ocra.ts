import { bytesOf, Writer } from './bytes.ts';
import type { Hmac } from './hmac.ts';
import { decimal } from './otp.ts';
import { type Algorithm, type Primitives, SHA1, SHA256 } from './primitives.ts';

/** What an OCRA suite (RFC 6287 §6) says, as `putOcra` carries it. Session data (S) is left out. */
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
  /** How many of them are a time step: 1 to 59, of hours to 48; 0 without time. */
  readonly step: number;
}

function hashName(algorithm: number): string {
  return `SHA${algorithm === SHA1 ? 1 : algorithm === SHA256 ? 256 : 512}`;
}

/** The suite as text, for instance `OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1-T1M`. */
export function ocraSuiteText(suite: OcraSuite): string {
  const inputs = suite.inputs;
  let text = `OCRA-1:HOTP-${hashName(suite.algorithm)}-${suite.digits}:`;
  if (inputs & 1) text += 'C-';
  text += `Q${'NAH'.charAt(suite.question)}${`${suite.length}`.padStart(2, '0')}`;
  if (inputs & 6) text += `-P${hashName((inputs & 6) >> 1)}`;
  if (inputs >> 3) text += `-T${suite.step}${'SMH'.charAt((inputs >> 3) - 1)}`;
  return text;
}

/** Writes a number of decimal digits as hexadecimal ones, in limbs of 28 bits, the lowest first. */
function hexOf(digits: Uint8Array): string {
  const limbs = [0];
  for (let i = 0; i < digits.length; i++) {
    let carry = (digits[i] as number) - 48;
    for (let limb = 0; limb < limbs.length; limb++) {
      carry += (limbs[limb] as number) * 10;
      limbs[limb] = carry & 268435455;
      carry = Math.floor(carry / 268435456);
    }
    if (carry) limbs.push(carry);
  }
  let text = '';
  for (let limb = 0; limb < limbs.length; limb++) {
    text = (limbs[limb] as number).toString(16).padStart(7, '0') + text;
  }
  while (text.charAt(0) === '0') text = text.substr(1);
  return text;
}

/**
 * The 128 bytes that a question stands for, or undefined where a character is not of its format. Hexadecimal digits
 * fill from the left and leave half a byte empty where they are odd in number, as do those of a decimal number: so
 * the RFC's reference has it (RFC 6287 appendix A).
 * @param format as in `OcraSuite.question`
 * @param question ASCII
 */
export function questionBytes(format: number, question: Uint8Array): Uint8Array | undefined {
  for (let i = 0; i < question.length; i++) {
    const char = question[i] as number;
    const good =
      format === 1
        ? char > 31 && char < 127
        : (char > 47 && char < 58) || (format === 2 && (char | 32) > 96 && (char | 32) < 103);
    if (!good) return undefined;
  }
  const block = new Uint8Array(128);
  if (format === 1) {
    block.set(question, 0);
    return block;
  }
  const digits = format === 0 ? bytesOf(hexOf(question)) : question;
  for (let i = 0; i < digits.length; i++) {
    const char = digits[i] as number;
    const value = char < 58 ? char - 48 : (char & 15) + 9;
    block[i >> 1] = i & 1 ? (block[i >> 1] as number) | value : value << 4;
  }
  return block;
}

/**
 * OCRA passcode (RFC 6287 §5): the HMAC over suite, counter, question, PIN hash and time step, truncated.
 * @param key HMAC keyed with the shared secret, of the suite's algorithm
 * @param question ASCII, at most 128 characters: for mutual challenge-response both challenges behind each other
 * @param counter, pin (ASCII digits), utc (seconds since 1970) only count where the suite names them
 * @returns undefined where the question is not of the suite's format
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
  const unit = inputs >> 3;
  // The longest suite has 44 characters; 1, 8, 128, 64 and 8 bytes behind it.
  const message = new Writer(256).raw(bytesOf(ocraSuiteText(suite))).number(0, 1);
  if (inputs & 1) message.number(counter, 8);
  message.raw(block);
  if (inputs & 6) message.raw(primitives.hash(((inputs & 6) >> 1) as Algorithm, [pin]));
  if (unit) {
    const seconds = suite.step * (unit === 1 ? 1 : unit === 2 ? 60 : 3600);
    message.number(Math.floor(utc / seconds), 8);
  }
  return decimal(key.mac([message.done()]), suite.digits);
}
