import { packageVersion } from '../commands/package-root.ts';
import { accountCommands } from './account-commands.ts';
import { activateCommand } from './activate-command.ts';
import { agentCommands } from './agent/commands.ts';
import { type Command, command } from './base/command.ts';
import { ABOUT_FOB, without } from './base/common-options.ts';
import { nothing } from './base/needs.ts';
import { reportOf } from './base/report.ts';
import { isByNpx } from './base/terminal.ts';
import { batchCommand } from './batch-command.ts';
import { careCommand } from './care-command.ts';
import { completionCommand } from './completion-scripts.ts';
import { doctorCommand } from './doctor-command.ts';
import { enrollCommand } from './enroll-command.ts';
import { flashCommand, updateCommand } from './flash-commands.ts';
import {
  clockCommand,
  devicesCommand,
  eraseCommand,
  infoCommand,
  maintainCommand,
  pairCommand,
} from './fob-commands.ts';
import { importCommand } from './import-command.ts';
import {
  absentCommands,
  emulatorProgram,
  runScenarios,
  serviceCommands,
  simulatorProgram,
} from './installed.ts';
import { handoverCommands, inventoryCommands } from './inventory-commands.ts';
import { pinCommands } from './pin-commands.ts';
import { traceCommand } from './trace-command.ts';

/**
 * Returns every command, in the order of the help. Parser, help, manual page and completions are derived from it.
 * @param words of a command line: if they name no command of the service, its package is not loaded, and placeholders
 * stand for its commands
 */
export async function commandTable(words?: readonly string[]): Promise<readonly Command[]> {
  const isAboutService = words === undefined || absentCommands.some(({ name }) => words.includes(name));
  return [
    devicesCommand,
    pairCommand,
    infoCommand,
    clockCommand,
    careCommand,
    maintainCommand,
    flashCommand,
    updateCommand,
    eraseCommand,
    enrollCommand,
    importCommand,
    batchCommand,
    ...accountCommands,
    ...pinCommands,
    ...inventoryCommands,
    ...handoverCommands,
    activateCommand,
    ...agentCommands,
    doctorCommand,
    ...(isAboutService ? await serviceCommands() : absentCommands),
    versionCommand,
    simulateCommand,
    traceCommand,
    completionCommand,
  ];
}

/** Prints the same as `--version`. */
const versionCommand = command({
  words: 'version',
  describe: 'print the version of passfob',
  options: given => without(given, ...ABOUT_FOB, 'dry-run', 'json'),
  read: () => ({}),
  needs: nothing,
  run: async () => reportOf({}, packageVersion()),
});

/** The simulator parses its own options. */
const simulateCommand: Command = {
  name: 'simulate',
  words: 'simulate',
  describe: 'run a simulated fob, with options of its own (simulate --help)',
  json: '`ready` when the fob can be reached, `seed`, and of `pty`, `ptyUnavailable`, `tcp`, `usbip` and `web` those that are open; `guessable` is true with `--seed`: secrets come from the seed, for tests alone; `otherImage` with `kept` and `built` where the file of `--storage` has other firmware than this version; `faults`: the plan',
  runs: true,
  addTo: parser => void parser.command(simulateCommand.words, simulateCommand.describe),
  async takeOver(rest) {
    const [first, ...others] = rest;
    if (first === 'run') {
      return runScenarios(others, `${isByNpx(process.env) ? 'npx ' : ''}passfob simulate run`);
    }
    const { simulate } = await import('../commands/simulate.ts');
    return simulate(await simulatorProgram(), rest, emulatorProgram, isByNpx(process.env));
  },
};
