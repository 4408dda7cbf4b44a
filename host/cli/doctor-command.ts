import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../commands/package-root.ts';
import type { Finding } from '../doctor/base/finding.ts';
import { RATE_SECONDS_DEFAULT, RATE_SECONDS_MAX, RATE_SECONDS_MIN } from '../doctor/board/limits.ts';
import { examine } from '../doctor/doctor.ts';
import { thisSystem } from '../doctor/this-system.ts';
import { FobError } from '../errors.ts';
import { inventoryDirectory } from '../inventory/directory.ts';
import { readAddress } from '../transports/discover.ts';
import { command } from './base/command.ts';
import { type CommonOptions, without } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { inLines, reportOf } from './base/report.ts';
import { printable } from './base/terminal.ts';
import { type BoardTestAsked, testBoard } from './board-test.ts';

/** The arguments: a self-test of a board, the udev rules, or the checks of this computer. */
interface DoctorAsked {
  readonly boardTest: BoardTestAsked | undefined;
  readonly justRules: boolean;
}

/**
 * Checks whether this machine has everything passfob needs, or tests a board. Does not open the inventory, which may be
 * the problem. Throws `unfit` or `unfit-board` after printing all checks.
 */
export const doctorCommand = command({
  words: 'doctor',
  describe: 'check that this computer has everything that passfob needs, or test a board',
  options: doctorOptions,
  read: readDoctor,
  needs: nothing,
  async run({ boardTest, justRules }, call) {
    if (boardTest) return testBoard(boardTest, call);
    const { choice, isJson, terminal } = call;
    const udevRules = await readFile(join(packageRoot(), 'udev', '70-passfob.rules'), 'utf8');
    if (justRules) return reportOf({ udevRules }, inLines(udevRules.trimEnd()));
    const inventory = inventoryDirectory(terminal.environment);
    const port = choice.port === undefined ? undefined : readAddress(choice.port);
    const checks = await examine(thisSystem(), { udevRules, inventory, port });
    const error = unfitness(checks);
    if (!error) return reportOf({ checks }, inLines(doctorText(checks)));
    if (!isJson) terminal.out(`${doctorText(checks)}\n`);
    throw error;
  },
});

function doctorOptions(given: CommonOptions) {
  return (
    without(given, 'fob', 'trace', 'dry-run')
      .option('udev-rules', {
        boolean: true,
        default: false,
        describe: 'print the udev rules for Linux instead',
      })
      .option('board', {
        boolean: true,
        default: false,
        describe: 'test a board that runs Espruino, with its parts, instead',
      })
      .option('seconds', {
        number: true,
        requiresArg: true,
        describe: `with --board: compare its clock for so long, default ${RATE_SECONDS_DEFAULT}`,
      })
      .option('no-press', { boolean: true, describe: 'with --board: leave the button out' })
      // As yargs reads the option above.
      .option('press', { boolean: true, hidden: true })
      .option('report', {
        string: true,
        requiresArg: true,
        describe: 'with --board: new file for a report to send in',
      })
  );
}

type DoctorOptions = Awaited<ReturnType<ReturnType<typeof doctorOptions>['parse']>>;

/** @throws FobError `usage` */
function readDoctor(options: DoctorOptions): DoctorAsked {
  const { udevRules, board, seconds, press, report } = options;
  const isPressed = press !== false;
  const stray = [
    ...(seconds === undefined ? [] : ['seconds']),
    ...(isPressed ? [] : ['no-press']),
    ...(report === undefined ? [] : ['report']),
  ];
  if (!board && stray.length > 0) {
    throw new FobError('usage', { sentence: `--${stray.join(', --')} can be used only with --board.` });
  }
  if (board && udevRules) {
    throw new FobError('usage', { sentence: 'Use only one of --board and --udev-rules.' });
  }
  if (!board) return { boardTest: undefined, justRules: udevRules };
  return {
    boardTest: { seconds: readSeconds(seconds ?? RATE_SECONDS_DEFAULT), isPressed, reportFile: report },
    justRules: false,
  };
}

/** @throws FobError `usage` */
function readSeconds(seconds: number): number {
  if (Number.isInteger(seconds) && seconds >= RATE_SECONDS_MIN && seconds <= RATE_SECONDS_MAX) return seconds;
  throw new FobError('usage', {
    sentence: `--seconds takes a whole number from ${RATE_SECONDS_MIN} to ${RATE_SECONDS_MAX}.`,
  });
}

/** Makes the error for the findings, or undefined if none is a problem. */
export function unfitness(checks: readonly Finding[]): FobError | undefined {
  const count = checks.filter(({ state }) => state === 'problem').length;
  if (count === 0) return undefined;
  return new FobError('unfit', {
    ...(count > 1 && { sentence: `${count} problems were found.` }),
    details: { checks },
  });
}

/** Formats one line for each check, with the next step below it. */
export function doctorText(checks: readonly Pick<Finding, 'state' | 'sentence' | 'next'>[]): string {
  return checks
    .flatMap(({ state, sentence, next }) => [
      `${state.padEnd(8)} ${sentence}`,
      ...(next ? [`         ${next}`] : []),
    ])
    .map(printable)
    .join('\n');
}
