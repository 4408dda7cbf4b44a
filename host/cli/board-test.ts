import { pause } from '../client/pause.ts';
import type { FobChoice } from '../commands/find.ts';
import { boardPort, openConsole, runningFob } from '../commands/flash-steps.ts';
import { refuseExisting, saveNew } from '../commands/out-file.ts';
import { packageVersion } from '../commands/package-root.ts';
import type { BoardCheck, BoardFinding } from '../doctor/board/finding.ts';
import { FRAMES } from '../doctor/board/limits.ts';
import { boardReport } from '../doctor/board/report.ts';
import { type SelfTestProgress, type SelfTestResult, selfTest } from '../doctor/board/self-test.ts';
import { FobError } from '../errors.ts';
import type { CommandCall } from './base/command.ts';
import { inLines, type Report, reportOf } from './base/report.ts';
import { printable } from './base/terminal.ts';

/** The arguments of `passfob doctor --board`. */
export interface BoardTestAsked {
  readonly seconds: number;
  readonly isPressed: boolean;
  /** New file for the report. */
  readonly reportFile: string | undefined;
}

/**
 * Tests the board at a port, and prints what it found.
 * @throws FobError `unfit-board` after printing, if a check found a problem; those of the port and of `selfTest`
 */
export async function testBoard(
  { seconds, isPressed, reportFile }: BoardTestAsked,
  { choice, isJson, terminal, signal }: CommandCall,
): Promise<Report> {
  if (reportFile !== undefined) refuseExisting(reportFile);
  const result = await run(choice, signal, {
    seconds,
    frames: FRAMES,
    isPressed,
    report: progress => terminal.note(`${progressText(progress)}\n`),
  });
  const { findings, ...board } = result;
  const document = { board, checks: findings };
  if (reportFile !== undefined) {
    const report = boardReport(result, packageVersion(), Date.now());
    saveNew(reportFile, `${JSON.stringify(report, null, 2)}\n`);
    terminal.note(`The report is in ${printable(reportFile)}. It holds no secret.\n`);
  }
  const count = findings.filter(({ state }) => state === 'problem').length;
  const text = boardText(result);
  if (count === 0) return reportOf(document, inLines(text));
  if (!isJson) terminal.out(`${text}\n`);
  throw new FobError('unfit-board', {
    ...(count > 1 && { sentence: `${count} problems were found on the board.` }),
    details: document,
  });
}

type RunOptions = Omit<Parameters<typeof selfTest>[1], 'watch' | 'signal'>;

async function run(choice: FobChoice, signal: AbortSignal, options: RunOptions): Promise<SelfTestResult> {
  const port = await boardPort(choice);
  const fob = await runningFob(port, signal);
  if (fob) {
    await fob.client.close();
    throw new FobError('refused', {
      sentence: `The board is a fob that runs: ${fob.hello.serial}. Its console is closed.`,
      next: 'Open it with a hold of its button: passfob maintain. A blank fob needs an owner for that: passfob pair.',
    });
  }
  const watch = { now: () => performance.now(), pause: (ms: number) => pause(ms, signal) };
  return selfTest(await openConsole(port), { ...options, watch, signal });
}

const CHECK_NAMES = {
  version: 'Espruino',
  memory: 'memory',
  supply: 'supply',
  random: 'random numbers',
  lines: 'bus',
  display: 'display',
  clock: 'clock chip',
  eeprom: 'EEPROM',
  wire: 'cable',
  rate: 'rate of the clock',
  button: 'button',
} as const satisfies Readonly<Record<BoardCheck, string>>;

/** A sign and a word for each state, so that nobody needs colours. */
const STATES = {
  ok: '✓ ok',
  warning: '! warning',
  problem: '✗ problem',
  unknown: '– left out',
} as const satisfies Readonly<Record<BoardFinding['state'], string>>;

const STATE_WIDTH = Math.max(...Object.values(STATES).map(text => text.length));
const NAME_WIDTH = Math.max(...Object.values(CHECK_NAMES).map(text => text.length));

/** Formats a table: state, check, sentence, with the next step below it. */
export function boardText({ serial, interpreter, findings }: SelfTestResult): string {
  const indent = ' '.repeat(STATE_WIDTH + NAME_WIDTH + 4);
  const lines = findings.flatMap(({ check, state, sentence, next }) => [
    `${STATES[state].padEnd(STATE_WIDTH)}  ${CHECK_NAMES[check].padEnd(NAME_WIDTH)}  ${sentence}`,
    ...(next === '' ? [] : [`${indent}${next}`]),
  ]);
  const count = findings.filter(({ state }) => state === 'problem').length;
  const result =
    count === 0 ? 'No problem was found.' : `${count} of ${findings.length} checks found a problem.`;
  return [`Board ${serial}, Espruino ${interpreter}`, '', ...lines, '', result].map(printable).join('\n');
}

function progressText(progress: SelfTestProgress): string {
  if (progress.event === 'check') {
    const duration = progress.seconds === undefined ? '' : `, for ${progress.seconds} s`;
    return `Testing: ${CHECK_NAMES[progress.check]}${duration}`;
  }
  const lit = progress.isDisplayLit ? ' Look at the display: every point of it is lit now.' : '';
  return `Press the button of the board shortly, within ${progress.seconds} s.${lit}`;
}
