import type { RefusalName } from '@passfob/protocol/refusals';
import { isFobError, isRefusal } from 'passfob/errors';
import type { ObservedFob } from 'passfob/owner/observe';
import type { CareMessage } from '../../../base/texts/care.ts';

/** What a step has done, or why it did nothing. */
export interface StepOutcome {
  /** What is known of the fob afterwards. */
  readonly observed: ObservedFob;
  /** Whether the fob has to be read again: the step has opened its vault. */
  readonly isStale?: boolean;
  /** Why the step changed nothing; left out if it is done. */
  readonly why?: CareMessage;
  /** Whether another attempt needs a hold. */
  readonly needsHold?: boolean;
  /** The clock was set. errorMs: fob minus service before that; null if it had no time. */
  readonly clockSet?: { readonly setMs: number; readonly errorMs: number | null };
  /** The fob is blank, and the service is not its owner any more. */
  readonly isErased?: boolean;
}

/** The fob's refusals after which the session goes on, and why the step waits or is refused. */
const REFUSALS: Partial<Record<RefusalName, CareMessage>> = {
  locked: 'locked',
  'press-denied': 'declined',
  'press-timeout': 'no_hold',
  'press-reported': 'reported',
  busy: 'fob_busy',
  'unknown-command': 'old_firmware',
  'no-such-account': 'no_account',
  full: 'full',
  'too-long': 'unfit',
  unsupported: 'unfit',
  'out-of-range': 'unfit',
  'wrong-recovery': 'no_recovery',
  'storage-failed': 'fob_failed',
  'clock-failed': 'fob_failed',
  damaged: 'fob_failed',
  internal: 'fob_failed',
  'went-back': 'fob_failed',
};

/** Why another attempt cannot help: a task that a person asked for ends with it. */
const FINAL: ReadonlySet<CareMessage> = new Set<CareMessage>([
  'old_firmware',
  'no_account',
  'unfit',
  'no_recovery',
  'reported',
]);

/** Returns why a step did nothing, from its error; undefined if the session cannot go on. */
export function whyOf(error: unknown): CareMessage | undefined {
  if (isFobError(error, 'old-firmware')) return 'old_firmware';
  return isFobError(error) && error.refusal !== undefined ? REFUSALS[error.refusal] : undefined;
}

export function isFinal(why: CareMessage): boolean {
  return FINAL.has(why);
}

/** Waits for a call; a refusal of these names counts as success. */
export async function ignoring(call: Promise<unknown>, ...names: readonly RefusalName[]): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isRefusal(error, ...names)) throw error;
  }
}
