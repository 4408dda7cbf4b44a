/** Builds of the repository of Espruino, counted from a release: the first that loses input, and the first after. */
const FIRST_LOSING_BUILD_OF_25 = 334;
const FIRST_GOOD_BUILD_OF_29 = 96;

/**
 * Whether a version of Espruino loses input that arrives while other input waits: 2v26 to 2v29, and the builds of its
 * repository from `2v25.334` up to `2v29.95` (July 2026). Packets keep frames whole there (docs/protocol.md); a program
 * that knows no packets loses long ones.
 * @param version `process.env.VERSION`: `2v29`, or `2v29.277` for a build between two releases
 */
export function losesInput(version: string): boolean {
  const [, major, minor, build = '0'] = /^(\d+)v(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (major !== '2') return false;
  if (minor === '25') return Number(build) >= FIRST_LOSING_BUILD_OF_25;
  if (minor === '29') return Number(build) < FIRST_GOOD_BUILD_OF_29;
  return Number(minor) > 25 && Number(minor) < 29;
}
