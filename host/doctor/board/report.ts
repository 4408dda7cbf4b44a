import type { BoardFinding } from './finding.ts';
import type { SelfTestResult } from './self-test.ts';

/** Name and version of the report's format. A version never changes its meaning; new ones may add fields. */
export const REPORT_FORMAT = 'passfob-board-report';
export const REPORT_VERSION = 1;

/** The report of a self-test, to send in. It holds no secret and no number of a chip. */
export interface BoardReport {
  readonly format: typeof REPORT_FORMAT;
  readonly version: typeof REPORT_VERSION;
  /** Versions of the programs: passfob, Node. */
  readonly passfob: string;
  readonly node: string;
  /** Kind of computer, as Node names it: `linux x64`. */
  readonly computer: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly board: Pick<SelfTestResult, 'build' | 'interpreter' | 'serial'>;
  readonly checks: readonly BoardFinding[];
}

/** @param now milliseconds since 1970 */
export function boardReport(result: SelfTestResult, passfob: string, now: number): BoardReport {
  const { build, interpreter, serial, findings } = result;
  return {
    format: REPORT_FORMAT,
    version: REPORT_VERSION,
    passfob,
    node: process.versions.node,
    computer: `${process.platform} ${process.arch}`,
    at: new Date(now).toISOString(),
    board: { build, interpreter, serial },
    checks: findings,
  };
}
