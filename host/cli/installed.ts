import { FobError, systemCode } from '../errors.ts';
import { asItIs, type CommonOptions, type ReadChoice } from './base/common-options.ts';
import type { CommandExtension } from './extension.ts';
import type { Invocation } from './invocation.ts';

/**
 * Packages that this one can do without. They need this one, so that each is named in one import here and nowhere else, and
 * is looked for when it is wanted.
 */

/** The commands of the service: its own where its package is installed, otherwise such as say how to install it. */
export async function serviceCommands(): Promise<CommandExtension> {
  return (await installed(async () => (await import('@passfob/service/cli')).commands)) ?? absentService;
}

/** Before the options of a command of the service are read, which are not known without it. @throws FobError `unfit` */
export async function needService(): Promise<void> {
  if ((await serviceCommands()) === absentService) throw serviceAbsent();
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

function serviceAbsent(): FobError {
  return notInstalled('The token management service', '@passfob/service');
}

const absentService: CommandExtension = {
  addTo(options: CommonOptions, take: (invocation: Invocation) => void, choiceOf: ReadChoice) {
    const refuse = () =>
      take({ command: 'added', run: () => Promise.reject(serviceAbsent()), choice: choiceOf({}) });
    return options
      .command('serve', 'run the token management service (package @passfob/service)', asItIs, refuse)
      .command('service', 'look after the service (package @passfob/service)', asItIs, refuse);
  },
};
