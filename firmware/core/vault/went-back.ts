import type { Journal } from '../base/journal.ts';
import type { VaultPorts } from '../base/ports.ts';
import type { State } from '../base/state.ts';

/**
 * Whether the storage is older than what the witness saw, or than the marks: those it counts first.
 * @returns 0 no, 1 yes, 2 nobody can tell
 */
export function wentBack(ports: VaultPorts, policy: State, attempts: Journal, presses: Journal): number {
  const seen = ports.witness.load();
  const marked = ports.marks.count() - policy.settledMarks;
  const isOld = seen > presses.number || marked > attempts.number - policy.settledAttempts;
  return isOld ? 1 : seen < 0 ? 2 : 0;
}
