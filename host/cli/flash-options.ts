import { BOARD_NAMES, type BoardName, readBoardName } from '../flash/boards.ts';
import { type CommonOptions, without, yesOption } from './base/common-options.ts';

/** What `passfob flash` and `passfob update` are told. */
export interface FlashInvocation {
  readonly command: 'flash';
  readonly board: BoardName;
  readonly isDryRun: boolean;
  readonly yes: boolean;
}

export interface UpdateInvocation {
  readonly command: 'update';
  readonly isDryRun: boolean;
}

export function flashOptions(command: CommonOptions) {
  return yesOption(without(command, 'trace')).option('board', {
    string: true,
    requiresArg: true,
    demandOption: true,
    choices: BOARD_NAMES,
    describe: 'kind of board',
  });
}

export function updateOptions(command: CommonOptions): CommonOptions {
  return without(command, 'trace');
}

/** @throws FobError `bad-input` */
export function readFlash(given: { board: string; dryRun: boolean; yes: boolean }): FlashInvocation {
  return { command: 'flash', board: readBoardName(given.board), isDryRun: given.dryRun, yes: given.yes };
}

export function readUpdate(given: { dryRun: boolean }): UpdateInvocation {
  return { command: 'update', isDryRun: given.dryRun };
}
