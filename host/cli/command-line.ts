import yargs from 'yargs';
import { packageVersion } from '../commands/package-root.ts';
import { FobError } from '../errors.ts';
import { type ArgumentReading, addCommands, NO_READING } from './base/command.ts';
import { commonOptions, REPEATABLE, withDashes } from './base/common-options.ts';
import { restoreLiterals } from './raw-arguments.ts';
import { commandTable } from './table.ts';

declare module 'yargs' {
  interface Argv {
    /** Not in yargs' types. */
    getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
  }
}

/** Returns the help of a command, with each entry on one line. */
export async function helpOf(path: readonly string[]): Promise<string> {
  const parser = await commandLine(NO_READING);
  parser.wrap(null);
  return new Promise<string>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...path, '--help'], {}, (_error: unknown, _argv: unknown, output: string) =>
        resolve(output),
      ),
    ).catch(reject);
  });
}

/**
 * Returns the parser of the commands with their options.
 * @param words of a command line, as `commandTable` takes them
 */
export async function commandLine(reading: ArgumentReading, words?: readonly string[]) {
  const parser = commonOptions(yargs());
  addCommands(parser, await commandTable(words), reading);
  // yargs would draw the help of every command that it runs, in case somebody asks for it later.
  parser.getInternalMethods().getUsageInstance().cacheHelpMessage = () => undefined;
  return (
    parser
      .demandCommand(0, 0)
      .epilogue('docs/errors.md lists every error and exit code.')
      .version(packageVersion())
      .alias('help', 'h')
      .alias('version', 'V')
      .locale('en')
      .exitProcess(false)
      // Before values are checked.
      .middleware(given => restoreLiterals(given), true)
      .check(options => refuseRepeated(options))
      .check(options => refuseNoNumbers(options))
      .strict()
  );
}

/** yargs makes NaN of a value that is no number. */
function refuseNoNumbers(options: Readonly<Record<string, unknown>>): true {
  const wrong = Object.keys(options).find(name => Number.isNaN(options[name]));
  if (wrong === undefined) return true;
  throw new Error(`Not a number: ${withDashes(wrong)}`);
}

/** yargs makes a list of an option given twice, and the intended value is unknown. */
function refuseRepeated(options: Readonly<Record<string, unknown>>): true {
  const repeated = Object.keys(options).find(
    name => name.length > 1 && !REPEATABLE.includes(name) && Array.isArray(options[name]),
  );
  if (repeated === undefined) return true;
  throw new FobError('usage', { sentence: `--${repeated} can be given only once.` });
}
