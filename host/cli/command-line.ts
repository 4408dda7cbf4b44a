import { packageVersion } from '../commands/package-root.ts';
import { FobError } from '../errors.ts';
import { type ArgumentReading, addCommands } from './base/command.ts';
import { choiceReader, commonOptions, REPEATABLE } from './base/common-options.ts';
import { commandTable } from './table.ts';

/** Returns the help of a command, with each entry on one line. */
export async function helpOf(path: readonly string[]): Promise<string> {
  const parser = await commandLine({
    take: () => undefined,
    choiceOf: choiceReader({}, () => undefined),
  });
  parser.wrap(null);
  return new Promise<string>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...path, '--help'], {}, (_error: unknown, _argv: unknown, output: string) =>
        resolve(output),
      ),
    ).catch(reject);
  });
}

/** Returns the parser of all commands with their options. */
export async function commandLine(reading: ArgumentReading) {
  const parser = commonOptions();
  addCommands(parser, await commandTable(), reading);
  return parser
    .demandCommand(0, 0)
    .epilogue('docs/errors.md lists every error and exit code, docs/cli.md the fields of JSON.')
    .version(packageVersion())
    .alias('help', 'h')
    .alias('version', 'v')
    .locale('en')
    .exitProcess(false)
    .check(options => refuseRepeated(options))
    .strict();
}

/** yargs makes a list of an option given twice, and the intended value is unknown. */
function refuseRepeated(options: Readonly<Record<string, unknown>>): true {
  const repeated = Object.keys(options).find(
    name => name !== '_' && !REPEATABLE.includes(name) && Array.isArray(options[name]),
  );
  if (repeated === undefined) return true;
  throw new FobError('usage', { sentence: `--${repeated} can be given only once.` });
}
