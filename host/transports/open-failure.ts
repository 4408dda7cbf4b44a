import { type ErrorKind, FobError } from '../errors.ts';
import { ownersText, type PortOwner } from './port-owners.ts';

/** Patterns of the system's error messages; serialport 13 and node-hid pass them on without a code. */
const FAILURES: readonly (readonly [RegExp, ErrorKind])[] = [
  [/no such file|no such device|file not found|cannot find/i, 'port-absent'],
  [/cannot lock|temporarily unavailable|resource busy|access denied/i, 'port-busy'],
  [/permission denied|operation not permitted/i, 'port-forbidden'],
];

/**
 * Makes the error for a port that could not be opened.
 * @param cause the system's error, or its message
 * @param owners programs that have the port, as far as this user can see them
 */
export function openFailure(
  subject: string,
  cause: Error | string,
  owners: readonly PortOwner[] = [],
): FobError {
  const words = typeof cause === 'string' ? cause : cause.message;
  const kind = FAILURES.find(([pattern]) => pattern.test(words))?.[1] ?? 'port-failed';
  if (kind !== 'port-busy' || owners.length === 0) return new FobError(kind, { subject, cause });
  return new FobError(kind, {
    sentence: `Another program uses the port ${subject}: ${ownersText(owners)}.`,
    cause,
  });
}
