import type { Journal } from '../base/journal.ts';
import type { VaultPorts } from '../base/ports.ts';
import type { State } from '../base/state.ts';

/**
 * Whether the storage is older than the anti-rollback counter, or than the PIN attempt counter. The storage counts
 * before both.
 * @returns 0 no, 1 yes, 2 nobody can tell, since the anti-rollback counter lost its number, 3 it does not answer
 */
export function wentBack(ports: VaultPorts, policy: State, attempts: Journal, presses: Journal): number {
  const seen = ports.antiRollback.load();
  const marked = ports.attemptCounter.count() - policy.settledMarks;
  const isOld = seen > presses.number || marked > attempts.number - policy.settledAttempts;
  return isOld ? 1 : seen < 0 ? 1 - seen : 0;
}
