import type { Algorithm } from './kinds.ts';
import { challengeLimits } from './limits/challenges.ts';

/** What an OCRA suite (RFC 6287 §6) says. Session data (S) and passcodes without truncation are left out. */
export interface Suite {
  /** As it stands in front of the data that is hashed (§5.1). */
  readonly text: string;
  readonly algorithm: Algorithm;
  /** 4 to 10. */
  readonly digits: number;
  /** Whether a counter is part of the data. */
  readonly isCounted: boolean;
  /** N decimal, A alphanumeric, H hexadecimal. */
  readonly format: 'N' | 'A' | 'H';
  /** Characters of a question, 4 to 64. */
  readonly questionLength: number;
  /** By what the PIN in the data is hashed; null without one. */
  readonly pinHash: Algorithm | null;
  /** Length of a time step; null without one. */
  readonly periodSeconds: number | null;
}

const HASH = 'SHA(1|256|512)';
const SUITE = new RegExp(
  `^OCRA-1:HOTP-${HASH}-([4-9]|10):(C-)?Q([NAH])(0[4-9]|[1-5][0-9]|6[0-4])(?:-P${HASH})?(?:-T([1-9][0-9]?)([SMH]))?$`,
);
const SECONDS_OF = { S: 1, M: 60, H: 3_600 } as const;

/** What most services ask with: SHA-1, six digits, eight decimal digits asked for (RFC 6287 appendix C.1). */
export const usualSuite = 'OCRA-1:HOTP-SHA1-6:QN08';

/** Reads a suite as the RFC writes it. @returns undefined for anything else, and for what is left out */
export function parseSuite(text: string): Suite | undefined {
  const [, hash, digits, counter, format, length, pin, step, unit] = SUITE.exec(text) ?? [];
  if (hash === undefined) return undefined;
  const stepMax = unit === 'H' ? challengeLimits.ocraStepHoursMax : challengeLimits.ocraStepMax;
  if (Number(step ?? 0) > stepMax) return undefined;
  return {
    text,
    algorithm: `sha${hash}` as Algorithm,
    digits: Number(digits),
    isCounted: counter !== undefined,
    format: format as Suite['format'],
    questionLength: Number(length),
    pinHash: pin === undefined ? null : (`sha${pin}` as Algorithm),
    periodSeconds: step === undefined ? null : Number(step) * SECONDS_OF[unit as keyof typeof SECONDS_OF],
  };
}

/** Whether the service can check answers by a suite: it knows no fob's PIN, and what is short could be guessed. */
export function isChecked(suite: Suite | undefined): suite is Suite {
  return (
    suite !== undefined &&
    suite.pinHash === null &&
    suite.digits >= challengeLimits.ocraDigitsMin &&
    suite.questionLength >= challengeLimits.ocraQuestionMin
  );
}
