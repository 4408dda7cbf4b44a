import { createHash, createHmac } from 'node:crypto';
import { challengeLimits } from './limits/challenges.ts';
import type { Suite } from './ocra-suite.ts';
import { sameText, timeStep } from './passcode.ts';

/** What a passcode is made of besides suite and secret. What the suite does not name does not count. */
export interface OcraInputs {
  /** In the suite's format, at most 128 characters. */
  readonly question: string;
  readonly counter: number;
  /** Time step since 1970. */
  readonly step: number;
  /** As typed; hashed as the suite says. */
  readonly pin: string;
}

/**
 * The 128 bytes of a question (RFC 6287 §5.1): decimal ones as a hexadecimal number whose digits fill from the left, as
 * the reference implementation of appendix A has it.
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
 * OCRA passcode (RFC 6287 §5), by Node's own hashes: another implementation than the fob's, so that the two check each
 * other.
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

/** Time steps that a fob's clock may be in, the true one among them. */
export function stepsAround({ periodSeconds }: Suite, nowMs: number): number[] {
  if (periodSeconds === null) return [0];
  const skew = Math.ceil(challengeLimits.ocraSkewMs / 1000 / periodSeconds);
  const most = Math.min(skew, challengeLimits.ocraSkewStepsMax);
  const now = timeStep(nowMs, periodSeconds);
  return Array.from({ length: 2 * most + 1 }, (_, at) => now - most + at).filter(step => step >= 0);
}

/**
 * Whether an answer is right, by all counters and time steps that may count; no comparison stops early.
 *
 * @returns the counter it is right for, the lowest one above the last accepted, 0 by a suite that does not count;
 * undefined when it is wrong
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
