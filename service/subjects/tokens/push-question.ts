import { createHash } from 'node:crypto';
import type { OcraSuite } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { parseSuite, type Suite } from '../../base/ocra-suite.ts';
import { unambiguous } from '../../storage/encryption-at-rest/seal.ts';
import type { PushKind } from '../../storage/schema/schema.ts';

/**
 * The OCRA suite of every push key: 8 digits over a question of 40 hexadecimal digits, without counter, PIN and time.
 */
export const pushSuite = 'OCRA-1:HOTP-SHA256-8:QH40';

/** Returns `pushSuite` in the form in which the service verifies answers. */
export function readPushSuite(): Suite {
  return present(parseSuite(pushSuite));
}

/** Returns `pushSuite` in the form for a fob. */
export function pushSuiteOfFob(): OcraSuite {
  return present(parseOcraSuite(pushSuite));
}

function present<T>(suite: T | undefined): T {
  if (suite === undefined) throw new Error(`${pushSuite} does not read as an OCRA suite`);
  return suite;
}

/** All facts that the fob's response to a request is bound to. */
export interface PushBinding {
  readonly id: string;
  readonly kind: PushKind;
  readonly sessionHash: string;
  /** Empty if no fob is asked. */
  readonly userId: string;
  readonly tokenId: string;
  readonly applicationId: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** 0 to 99, or `NO_NUMBER`. */
  readonly number: number;
}

/**
 * Returns the question that the fob answers (RFC 6287): SHA-256 over all facts, each with its length in front, cut to
 * as many hexadecimal digits as the suite requires, 160 bits. The fob hashes it again with its key: an answer to one
 * request is not valid for another.
 */
export function questionOf(bound: PushBinding): string {
  const { id, kind, sessionHash, userId, tokenId, applicationId, source, createdMs, number } = bound;
  const parts = [id, kind, sessionHash, userId, tokenId, applicationId, source];
  return createHash('sha256')
    .update(unambiguous(['push', ...parts, String(createdMs), String(number)]))
    .digest('hex')
    .slice(0, readPushSuite().questionLength);
}
