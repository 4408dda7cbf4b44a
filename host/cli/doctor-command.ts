import { RATE_SECONDS_DEFAULT, RATE_SECONDS_MAX, RATE_SECONDS_MIN } from '../doctor/board/limits.ts';
import { FobError } from '../errors.ts';
import { command } from './base/command.ts';
import { type CommonOptions, LETTERS, without } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import type { BoardTestAsked } from './board-test.ts';

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
  json: '`checks` (with a problem in the `details` of the error): `check` (`node`, `native-parts`, `compiler`, `udev`, `udev-rules`, `ports`, `port-permission`, `port-owner`, `espruino`, `modem-manager`, `clock`, `inventory`), `state`, `sentence`, `next`; with `--udev-rules` `udevRules`; with `--board` `board`: `build`, `interpreter`, `serial`, and `checks`, each with `values` as well',
  options: doctorOptions,
  read: readDoctor,
  needs: nothing,
  run: async (asked, call) =>
    asked.boardTest
      ? (await import('./board-test.ts')).testBoard(asked.boardTest, call)
      : (await import('./doctor.ts')).examineComputer(asked.justRules, call),
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
        alias: LETTERS.board,
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
