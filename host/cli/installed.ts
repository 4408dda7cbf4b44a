import { FobError, systemCode } from '../errors.ts';
import { type Command, command, noOptions } from './base/command.ts';
import { nothing } from './base/needs.ts';

/**
 * Packages that this one works without. They depend on this one, so this file alone imports them, each once, when a command
 * needs it.
 */
const SERVICE = '@passfob/service';
const SIMULATOR = '@passfob/simulator';

/** The service's commands where its package is installed; otherwise commands that say how to install it. */
export async function serviceCommands(): Promise<readonly Command[]> {
  return (
    (await installed(SERVICE, async () => (await import('@passfob/service/cli')).commands)) ?? absentCommands
  );
}

/** Where the program of the simulator is. @throws FobError `unfit` where its package is not installed */
export async function simulatorProgram(): Promise<string> {
  const program = await installed(SIMULATOR, async () => (await import('@passfob/simulator/cli')).program);
  if (program === undefined) throw notInstalled('The simulator', SIMULATOR);
  return program;
}

/** Undefined where the package of this name is not installed. */
async function installed<T>(name: string, load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    // An installed package that lacks one of its own dependencies is damaged, and installing it again is no help.
    const isAbsent = String(error).includes(`Cannot find package '${name}'`);
    if (systemCode(error) === 'ERR_MODULE_NOT_FOUND' && isAbsent) return undefined;
    throw error;
  }
}

function notInstalled(what: string, name: string): FobError {
  return new FobError('unfit', {
    sentence: `${what} is a package of its own, which is not installed.`,
    next: `Run: npm install ${name}`,
  });
}

/** Neither its options are known nor the commands below it. */
function absent(words: string, describe: string): Command {
  const refuse = () => Promise.reject<never>(notInstalled('The token management service', SERVICE));
  return { ...command({ words, describe, ...noOptions, needs: nothing, run: refuse }), takeOver: refuse };
}

const absentCommands = [
  absent('serve', 'run the token management service (package @passfob/service)'),
  absent('service', 'administer the service (package @passfob/service)'),
];
