import { bytesOf } from '@passfob/protocol/bytes';
import { Hmac } from '@passfob/protocol/hmac';
import { type OcraSuite, ocra } from '@passfob/protocol/ocra';
import { parseOcraSuite } from '@passfob/protocol/ocra-suite';
import { type Algorithm, SHA256 } from '@passfob/protocol/primitives';
import { hostPrimitives } from 'passfob/client';
import { NUMBERS, PUSH_ID_BYTES } from '../limits.ts';

/** As the service has it: 8 digits over 40 hexadecimal digits, without counter, PIN and time. */
const SUITE = 'OCRA-1:HOTP-SHA256-8:QH40';

/** A request that a fob is asked to approve. */
export interface ApprovalRequest {
  readonly id: string;
  readonly user: string;
  /** 0 to 99: the page and the fob show it, and the person compares. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
}

export function pushSuite(): OcraSuite {
  const suite = parseOcraSuite(SUITE);
  if (suite === undefined) throw new Error(`${SUITE} does not read as an OCRA suite`);
  return suite;
}

export function newPush(
  random: (length: number) => Uint8Array,
  user: string,
  createdMs: number,
): ApprovalRequest {
  const [high = 0, low = 0] = random(2);
  return { id: hexOf(random(PUSH_ID_BYTES)), user, number: ((high << 8) | low) % NUMBERS, createdMs };
}

/**
 * Returns the question that the fob answers (RFC 6287): a hash over all facts of the request, so that an answer to one
 * request fits no other.
 */
export function questionOf({ id, user, number, createdMs }: ApprovalRequest): Uint8Array {
  const facts = new TextEncoder().encode(JSON.stringify([id, user, number, createdMs]));
  const hash = hostPrimitives.hash(SHA256, [facts]);
  return bytesOf(hexOf(hash).slice(0, pushSuite().length));
}

/** Whether this is the fob's answer to this request. @param answer the eight digits that the fob sent */
export function isApproval(secret: Uint8Array, request: ApprovalRequest, answer: string): boolean {
  const suite = pushSuite();
  const key = new Hmac(hostPrimitives, suite.algorithm as Algorithm, secret);
  return ocra(hostPrimitives, key, suite, questionOf(request), 0, new Uint8Array(0), 0) === answer;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
