import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import type { AlgorithmName } from './kinds.ts';
import { challengeLimits } from './limits/challenges.ts';

/**
 * What an OCRA suite (RFC 6287 §6) says, in the terms of Node's hashes and of a token's row. Session data (S) and
 * passcodes without truncation are left out.
 */
export interface Suite {
  /** As it stands in front of the data that is hashed (§5.1). */
  readonly text: string;
  readonly algorithm: AlgorithmName;
  /** 4 to 10. */
  readonly digits: number;
  /** Whether a counter is part of the data. */
  readonly isCounted: boolean;
  /** N decimal, A alphanumeric, H hexadecimal. */
  readonly format: 'N' | 'A' | 'H';
  /** Characters of a question, 4 to 64. */
  readonly questionLength: number;
  /** By what the PIN in the data is hashed; null without one. */
  readonly pinHash: AlgorithmName | null;
  /** Length of a time step; null without one. */
  readonly periodSeconds: number | null;
}

/** By the numbers of the protocol's `OcraSuite`; no PIN, and no time, is 0. */
const HASHES = [null, 'sha1', 'sha256', 'sha512'] as const;
const FORMATS = ['N', 'A', 'H'] as const;
const UNIT_SECONDS = [null, 1, 60, 3_600] as const;

/** What most services ask with: SHA-1, six digits, eight decimal digits asked for (RFC 6287 appendix C.1). */
export const usualSuite = 'OCRA-1:HOTP-SHA1-6:QN08';

/**
 * Reads a suite as the RFC writes it. The text is parsed by the protocol's parser; passcodes are evaluated by code of the
 * service's own (`ocra.ts`).
 *
 * @returns undefined for anything else, and for what is left out
 */
export function parseSuite(text: string): Suite | undefined {
  const read = parseOcraSuite(text);
  const algorithm = HASHES[read?.algorithm ?? 0];
  const format = FORMATS[read?.question ?? 0];
  if (read === undefined || !algorithm || format === undefined) return undefined;
  const { digits, length, inputs, step } = read;
  const unit = UNIT_SECONDS[inputs >> 3] ?? null;
  return {
    text,
    algorithm,
    digits,
    isCounted: (inputs & 1) === 1,
    format,
    questionLength: length,
    pinHash: HASHES[(inputs >> 1) & 3] ?? null,
    periodSeconds: unit === null ? null : step * unit,
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
