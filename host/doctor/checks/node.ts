import { type Finding, finding } from '../base/finding.ts';
import { NODE_VERSION_MIN } from '../base/limits.ts';
import type { System } from '../base/system.ts';

/** Checks that Node is new enough. */
export function checkNode({ nodeVersion: version }: System): Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = NODE_VERSION_MIN;
  const isNewEnough = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  const values = { version, wanted: NODE_VERSION_MIN.join('.') };
  return [finding('node', isNewEnough ? 'ok' : 'problem', isNewEnough ? 'node-good' : 'node-old', values)];
}
