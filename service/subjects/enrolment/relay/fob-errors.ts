import type { RefusalName } from '@passfob/protocol/refusals';
import { type ErrorKind, type FobError, isFobError } from 'passfob/errors';
import type { RelayRefusalCode } from '../../../base/texts/relay.ts';
import { RelayRefusal } from './records/refusal.ts';

/** The fob's refusals that end a run. All others may be cured by plugging the fob in again. */
const REFUSALS: Partial<Record<RefusalName, RelayRefusalCode>> = {
  'press-denied': 'no_press',
  'press-timeout': 'no_press',
  'press-reported': 'no_press',
  locked: 'no_pin',
  full: 'full',
  'too-long': 'unfit',
  unsupported: 'unfit',
  'out-of-range': 'unfit',
  'unknown-command': 'old_firmware',
  'clock-failed': 'fob_failed',
  'storage-failed': 'fob_failed',
  damaged: 'fob_failed',
  'keys-lost': 'fob_failed',
  internal: 'fob_failed',
  'went-back': 'fob_failed',
  'needs-entropy': 'fob_failed',
  'wrong-recovery': 'fob_failed',
};

const KINDS: Partial<Record<ErrorKind, RelayRefusalCode>> = {
  'wrong-version': 'old_firmware',
  'old-firmware': 'old_firmware',
  'bad-input': 'failed',
};

/**
 * Returns the refusal that ends a run after an error; undefined if the run can go on once the fob is plugged in
 * again.
 */
export function endOf(error: unknown): RelayRefusal | undefined {
  if (error instanceof RelayRefusal) return error;
  if (!isFobError(error)) return new RelayRefusal('failed', 'an error of the service');
  const code = (error.refusal && REFUSALS[error.refusal]) ?? KINDS[error.kind];
  return code === undefined ? undefined : new RelayRefusal(code, whyOf(error));
}

function whyOf({ kind, refusal }: FobError): string {
  return refusal ?? kind;
}
