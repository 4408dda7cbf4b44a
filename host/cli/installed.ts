import type { Simulator } from '../commands/simulate.ts';
import { FobError, systemCode } from '../errors.ts';
import { type Command, command, noOptions } from './base/command.ts';
import { nothing } from './base/needs.ts';

/** Optional packages. They depend on this one, so only this file imports them, each when a command needs it. */
const SERVICE = '@passfob/service';
const SIMULATOR = '@passfob/simulator';
const EMULATOR = '@passfob/emulator';

/** Returns the service's commands if its package is installed; otherwise commands that say how to install it. */
export async function serviceCommands(): Promise<readonly Command[]> {
  return (
    (await installed(SERVICE, async () => (await import('@passfob/service/cli')).commands)) ?? absentCommands
  );
}

/** Returns the simulator's program. @throws FobError `unfit` if its package is not installed */
export async function simulatorProgram(): Promise<Simulator> {
  const simulator = await installed(SIMULATOR, () => import('@passfob/simulator/cli'));
  if (simulator === undefined) throw notInstalled('The simulator', SIMULATOR);
  return simulator;
}

/** Returns the path of the emulator's program. @throws FobError `unfit` if its package is not installed */
export async function emulatorProgram(): Promise<string> {
  const emulator = await installed(EMULATOR, () => import('@passfob/emulator/cli'));
  if (emulator === undefined) throw notInstalled('The emulator for --firmware', EMULATOR);
  return emulator.program;
}

/**
 * Runs scenario files on simulated fobs, and plays their owner.
 * @param program its name in help and messages
 * @returns the exit code: 0 all passed, 1 one failed, 2 wrong usage or a file that cannot be read
 * @throws FobError `unfit` if the simulator is not installed
 */
export async function runScenarios(args: readonly string[], program: string): Promise<number> {
  const simulator = await installed(SIMULATOR, () => import('@passfob/simulator/cli'));
  if (simulator === undefined) throw notInstalled('The simulator', SIMULATOR);
  const { scenarioOwner } = await import('../commands/scenario-owner.ts');
  return simulator.runScenarios(args, program, scenarioOwner);
}

/** Returns undefined if the named package is not installed. */
async function installed<T>(name: string, load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    // If an installed package lacks one of its own dependencies, the installation is damaged, and the hint to install
    // it would be wrong.
    const isAbsent = String(error).includes(`Cannot find package '${name}'`);
    if (systemCode(error) === 'ERR_MODULE_NOT_FOUND' && isAbsent) return undefined;
    throw error;
  }
}

function notInstalled(what: string, name: string): FobError {
  return new FobError('unfit', {
    sentence: `${what} is a package of its own, which is not installed.`,
    // The packages are on no registry yet: whoever claims a name there would run code here.
    next: `Install the tarball of ${name} of the same version beside it; docs/operations.md, "Install", says how it is made.`,
  });
}

/** A placeholder that accepts any options and subcommands, because they are unknown. */
function absent(words: string, describe: string): Command {
  const refuse = () => Promise.reject<never>(notInstalled('The token management service', SERVICE));
  return { ...command({ words, describe, ...noOptions, needs: nothing, run: refuse }), takeOver: refuse };
}

/** They have the names and descriptions of the commands in the package. */
export const absentCommands: readonly Command[] = [
  absent('serve', 'run the token management service'),
  absent('service', 'administer the service'),
];
