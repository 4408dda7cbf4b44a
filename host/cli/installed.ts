import { FobError, systemCode } from '../errors.ts';
import { type Command, command, noOptions } from './base/command.ts';
import { nothing } from './base/needs.ts';

/**
 * Packages that this one can do without. They need this one, so that each is named in one import here and nowhere else, and
 * is looked for when it is wanted.
 */

/** The commands of the service: its own where its package is installed, otherwise such as say how to install it. */
export async function serviceCommands(): Promise<readonly Command[]> {
  return (await installed(async () => (await import('@passfob/service/cli')).commands)) ?? absentCommands;
}

/** Where the program of the simulator is. @throws FobError `unfit` where its package is not installed */
export async function simulatorProgram(): Promise<string> {
  const program = await installed(async () => (await import('@passfob/simulator/cli')).program);
  if (program === undefined) throw notInstalled('The simulator', '@passfob/simulator');
  return program;
}

async function installed<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    // A package that is there and lacks one of its own is another error.
    const isAbsent = systemCode(error) === 'ERR_MODULE_NOT_FOUND' && /'@passfob\/\w+'/.test(String(error));
    if (isAbsent) return undefined;
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
  const refuse = () =>
    Promise.reject<never>(notInstalled('The token management service', '@passfob/service'));
  return { ...command({ words, describe, ...noOptions, needs: nothing, run: refuse }), takeOver: refuse };
}

const absentCommands = [
  absent('serve', 'run the token management service (package @passfob/service)'),
  absent('service', 'look after the service (package @passfob/service)'),
];
