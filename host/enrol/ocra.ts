import type { OcraSuite } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { badInput } from './enrolment.ts';

/**
 * Parses an OCRA suite (RFC 6287 §6), in any case.
 * @throws FobError `bad-input`, without the text, because it may be a misplaced secret
 */
export function readOcraSuite(text: string): OcraSuite {
  const suite = parseOcraSuite(text.trim().toUpperCase());
  if (suite !== undefined) return suite;
  throw badInput(
    'This is not an OCRA suite that a fob has: 4 to 10 digits, a question of 4 to 64 characters, no session data.',
    'Give one such as OCRA-1:HOTP-SHA1-6:QN08, as the service names it.',
  );
}
