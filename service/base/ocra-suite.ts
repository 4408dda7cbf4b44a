import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import type { AlgorithmName } from './kinds.ts';
import { challengeLimits } from './limits/challenges.ts';

/**
 * An OCRA suite (RFC 6287 §6), in the terms of Node's hashes and of a token's row. Session data (S) and passcodes
 * without truncation are not supported.
 */
export interface Suite {
  /** The text in front of the hashed data (§5.1). */
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
  /** The hash of the PIN in the data; null without a PIN. */
  readonly pinHash: AlgorithmName | null;
  /** Length of a time step; null without one. */
  readonly periodSeconds: number | null;
}

/** Indexed by the numbers of the protocol's `OcraSuite`; 0 stands for no PIN, and for no time. */
const HASHES = [null, 'sha1', 'sha256', 'sha512'] as const;
const FORMATS = ['N', 'A', 'H'] as const;
const UNIT_SECONDS = [null, 1, 60, 3_600] as const;

/** The most common suite: SHA-1, six digits, questions of eight decimal digits (RFC 6287 appendix C.1). */
export const usualSuite = 'OCRA-1:HOTP-SHA1-6:QN08';

/**
 * Parses a suite as the RFC writes it, with the protocol's parser. Passcodes are computed by the service's own code
 * (`ocra.ts`).
 *
 * @returns undefined for an invalid or unsupported suite
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

/**
 * Whether the service can check answers of a suite: it does not know a fob's PIN, and short questions or passcodes
 * could be guessed.
 */
export function isChecked(suite: Suite | undefined): suite is Suite {
  return (
    suite !== undefined &&
    suite.pinHash === null &&
    suite.digits >= challengeLimits.ocraDigitsMin &&
    suite.questionLength >= challengeLimits.ocraQuestionMin
  );
}
