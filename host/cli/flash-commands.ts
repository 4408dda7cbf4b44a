import type { FlashResult } from '../commands/flash.ts';
import type { EspruinoFacts } from '../commands/flash-espruino.ts';
import type { FlashedFiles } from '../commands/flash-report.ts';
import type { UpdateResult } from '../commands/update.ts';
import { FobError } from '../errors.ts';
import { losesInput } from '../espruino.ts';
import {
  BOARD_NAMES,
  ESPRUINO_NEEDED,
  FLASH_BOARDS,
  type FlashBoardName,
  readBoardName,
} from '../flash/boards.ts';
import { command } from './base/command.ts';
import { type CommonOptions, LETTERS, without, yesOption } from './base/common-options.ts';
import { anInventory } from './base/needs.ts';
import { makeSure } from './base/prompts.ts';
import { inLines, reportOf } from './base/report.ts';
import { printable } from './base/terminal.ts';

export const flashCommand = command({
  words: 'flash',
  describe: 'turn a board that runs Espruino into a fob, or restore a fob',
  json: '`serial`, `board`, `firmware`, `interpreter`, `isDryRun`, `pairing` (`new`, `restored`, `kept`), `files`: `written` (`name`, `bytes`), `erased`, `removed`, `kept`, `isCompacted`, `isAllErased`, `bytes`; with `--uf2` `espruino`: `sha256`, `build` (null: unknown), `drive`, `bytes`; a dry run with `--uf2` has `board`, `isDryRun` and `espruino` alone',
  options: flashOptions,
  read: ({ board, dryRun, yes, uf2, drive }) => ({
    board: readBoardName(board),
    isDryRun: dryRun,
    yes,
    from: espruinoFrom(readBoardName(board), uf2, drive),
  }),
  needs: anInventory,
  async run({ board, isDryRun, yes, from }, { choice, context, prompts }) {
    const confirm = async (question: string) => {
      if (!yes) await makeSure(prompts, question, 'Nothing was changed.');
    };
    const { flash } = await import('../commands/flash.ts');
    const { boardPort } = await import('../commands/flash-steps.ts');
    const options = { board, isDryRun, confirm };
    if (from === undefined) {
      const result = await flash(context, await boardPort(choice, nextWithout(board)), options);
      return reportOf(result, inLines(flashText(result)), notes(result));
    }
    const espruino = await import('../commands/flash-espruino.ts');
    const plan = await espruino.planEspruino(board, from, context.signal);
    const facts = espruino.espruinoFacts(plan);
    if (isDryRun) return reportOf({ board, isDryRun, espruino: facts }, inLines(planText(facts)));
    const port = await espruino.installEspruino(context, choice, plan, confirm);
    const result = { ...(await flash(context, port, options)), espruino: facts };
    return reportOf(result, inLines(flashText(result)), notes(result));
  },
});

/** @throws FobError `usage` for options that the board, or a missing one, makes meaningless */
function espruinoFrom(board: FlashBoardName, uf2: string | undefined, drive: string | undefined) {
  if (uf2 === undefined && drive === undefined) return undefined;
  if (FLASH_BOARDS[board].chip === undefined) {
    throw new FobError('usage', {
      sentence: `--uf2 and --drive are for a Raspberry Pi Pico; the boot loader of ${board} takes no such files.`,
    });
  }
  if (uf2 === undefined) throw new FobError('usage', { sentence: '--drive needs --uf2 FILE.' });
  return { uf2, drive };
}

/** What to do where no board is found. */
function nextWithout(board: FlashBoardName): string | undefined {
  return FLASH_BOARDS[board].chip === undefined ? undefined : ESPRUINO_NEEDED;
}

function planText({ sha256, build, drive, bytes }: EspruinoFacts): string {
  const name = build === null ? 'a build that this passfob does not know' : `Espruino ${printable(build)}`;
  return [
    `Would be copied to ${printable(drive)}: ${bytes} bytes, ${name} (SHA-256 ${sha256}).`,
    'Then the board would be asked whether it can run a fob, and become one.',
    'Nothing was changed.',
  ].join('\n');
}

export const updateCommand = command({
  words: 'update',
  describe: 'renew the firmware of the fob and keep its accounts',
  json: '`serial`, `board`, `firmware`, `interpreter`, `firmwareBefore`, `isDryRun`, `accounts` (how many; none for a locked fob), `files` (as of `flash`; none in a dry run of a running fob)',
  options: given => without(given, 'trace'),
  read: ({ dryRun }) => ({ isDryRun: dryRun }),
  needs: anInventory,
  async run({ isDryRun }, { choice, context }) {
    const { boardPort } = await import('../commands/flash-steps.ts');
    const { update } = await import('../commands/update.ts');
    const result = await update(context, await boardPort(choice), { isDryRun });
    return reportOf(result, inLines(updateText(result)), notes(result));
  },
});

function flashOptions(given: CommonOptions) {
  return yesOption(without(given, 'trace'))
    .option('board', {
      alias: LETTERS.board,
      string: true,
      requiresArg: true,
      demandOption: true,
      choices: BOARD_NAMES,
      describe: 'kind of board',
    })
    .option('uf2', {
      string: true,
      requiresArg: true,
      describe: 'first install this Espruino on a Raspberry Pi Pico whose boot loader runs (BOOTSEL)',
    })
    .option('drive', {
      string: true,
      requiresArg: true,
      describe: 'folder of that boot loader’s drive; without it, the usual places are searched',
    });
}

const PAIRINGS = {
  new: 'belongs to this inventory now',
  restored: 'has the keys of this inventory again',
  kept: 'belongs to this inventory, as before',
} as const satisfies Record<FlashResult['pairing'], string>;

const PLANS = {
  new: 'New keys would be made and written.',
  restored: 'The keys of its pairing in this inventory would be written again.',
  kept: 'The keys on it would stay.',
} as const satisfies Record<FlashResult['pairing'], string>;

function flashText({ serial, board, firmware, isDryRun, pairing, files }: FlashResult): string {
  if (!isDryRun) {
    return `The fob ${serial} runs firmware ${board} ${firmware} and ${PAIRINGS[pairing]}.`;
  }
  return [
    `The board would become the fob ${serial} with firmware ${board} ${firmware}. ${PLANS[pairing]}`,
    ...filesLines(files),
    'Nothing was changed.',
  ].join('\n');
}

function updateText({ serial, firmware, firmwareBefore, isDryRun, accounts, files }: UpdateResult): string {
  if (!isDryRun) {
    const before = firmwareBefore === undefined ? '' : `, ${firmwareBefore} before`;
    const held = accounts === undefined ? 'its accounts are behind its PIN' : `accounts on it: ${accounts}`;
    return `The fob ${serial} runs firmware ${firmware}${before}; ${held}.`;
  }
  return [
    firmwareBefore === undefined
      ? `The fob ${serial} would get firmware ${firmware}. Which one it has now is not known.`
      : `The fob ${serial} has firmware ${firmwareBefore}, and would get ${firmware}.`,
    ...(files
      ? filesLines(files)
      : [
          'Which files would be written cannot be said yet: for that its button has to be held, which a dry run does not ask for.',
        ]),
    'Nothing was changed.',
  ].join('\n');
}

function filesLines({ written, erased, removed, isCompacted, isAllErased, bytes }: FlashedFiles): string[] {
  return [
    ...(removed.length > 0
      ? [`Files of your own that are in the way would be deleted: ${names(removed)}`]
      : []),
    ...(erased.length > 0 ? [`These files would be replaced: ${names(erased)}`] : []),
    ...(isAllErased ? ['All of its memory would be erased first.'] : []),
    ...(isCompacted ? ['Its memory has gaps, which would be closed first.'] : []),
    ...written.map(file => `Would be written: ${printable(file.name)}, ${file.bytes} bytes`),
    `${bytes} bytes in all.`,
  ];
}

function notes({ interpreter, files }: FlashResult | UpdateResult): string {
  return [keptNote(files), interpreterNote(interpreter)].filter(note => note !== '').join('\n');
}

/** What the person should know of a version of Espruino that loses input. */
function interpreterNote(interpreter: string | undefined): string {
  if (interpreter === undefined || !losesInput(interpreter)) return '';
  return (
    `Its Espruino, ${printable(interpreter)}, loses input that comes too fast. This passfob allows for that; one of before ` +
    'does not. Espruino 2v30, or a build of 2v29 from after July 2026, loses nothing.'
  );
}

function keptNote(files: FlashedFiles | undefined): string {
  return files === undefined || files.kept.length === 0 ? '' : `Other files, kept: ${names(files.kept)}`;
}

const names = (list: readonly string[]) => list.map(printable).join(', ');
