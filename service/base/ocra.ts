import { createHash, createHmac } from 'node:crypto';
import { challengeLimits } from './limits/challenges.ts';
import type { Suite } from './ocra-suite.ts';
import { sameText, timeStep } from './passcode.ts';

/** The inputs of a passcode besides suite and secret. Inputs that the suite does not name are ignored. */
export interface OcraInputs {
  /** In the suite's format, at most 128 characters. */
  readonly question: string;
  readonly counter: number;
  /** Time step since 1970. */
  readonly step: number;
  /** As typed; hashed with the suite's hash. */
  readonly pin: string;
}

/**
 * Encodes a question as 128 bytes (RFC 6287 §5.1): a decimal question as a hexadecimal number whose digits fill from
 * the left, as in the reference implementation of appendix A.
 */
function questionBytes({ format }: Suite, question: string): Buffer {
  if (format === 'A')
    return Buffer.concat([Buffer.from(question, 'latin1')], challengeLimits.ocraQuestionBytes);
  const digits = format === 'N' ? BigInt(question).toString(16) : question;
  return Buffer.from(digits.padEnd(2 * challengeLimits.ocraQuestionBytes, '0'), 'hex');
}

function eightBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/**
 * Computes an OCRA passcode (RFC 6287 §5) with Node's own hashes. The fob uses another implementation, so that the
 * two check each other.
 */
export function ocraPasscode(suite: Suite, secret: Uint8Array, inputs: OcraInputs): string {
  const { pinHash, digits } = suite;
  const mac = createHmac(suite.algorithm, secret);
  mac.update(suite.text, 'latin1').update(Buffer.alloc(1));
  if (suite.isCounted) mac.update(eightBytes(inputs.counter));
  mac.update(questionBytes(suite, inputs.question));
  if (pinHash !== null) mac.update(createHash(pinHash).update(inputs.pin, 'latin1').digest());
  if (suite.periodSeconds !== null) mac.update(eightBytes(inputs.step));
  const hash = mac.digest();
  // Dynamic truncation (RFC 4226 §5.3).
  const value = hash.readUInt32BE(hash.readUInt8(hash.length - 1) & 15) & 0x7fffffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

/** An answer to be checked. */
export interface GivenResponse {
  readonly question: string;
  /** Normalised passcode. */
  readonly passcode: string;
  /** The last accepted counter, −1 before the first. */
  readonly lastCounter: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Returns the time steps that a fob's clock may be in, the true one among them. */
export function stepsAround({ periodSeconds }: Suite, nowMs: number): number[] {
  if (periodSeconds === null) return [0];
  const skew = Math.ceil(challengeLimits.ocraSkewMs / 1000 / periodSeconds);
  const most = Math.min(skew, challengeLimits.ocraSkewStepsMax);
  const now = timeStep(nowMs, periodSeconds);
  return Array.from({ length: 2 * most + 1 }, (_, at) => now - most + at).filter(step => step >= 0);
}

/**
 * Checks an answer against all counters and time steps that may count. No comparison stops early.
 *
 * @returns the lowest matching counter above the last accepted one, 0 for a suite without a counter; undefined if the
 * answer is wrong
 */
export function counterOfAnswer(suite: Suite, secret: Uint8Array, given: GivenResponse): number | undefined {
  const counters = suite.isCounted
    ? Array.from({ length: challengeLimits.ocraWindowCounters }, (_, ahead) => given.lastCounter + 1 + ahead)
    : [0];
  let found: number | undefined;
  for (const counter of counters)
    for (const step of stepsAround(suite, given.nowMs)) {
      const shown = ocraPasscode(suite, secret, { question: given.question, counter, step, pin: '' });
      const isRight = sameText(shown, given.passcode);
      if (isRight) found ??= counter;
    }
  return found;
}
