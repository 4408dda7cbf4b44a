import yargs from 'yargs';
import { refuseFlagValues } from '../../base/flag-values.ts';
import { unknownArgument } from '../../base/unknown-argument.ts';
import { UsageError } from '../../base/usage-error.ts';

/** Stands for `-`, which yargs would drop. No shell passes it on. */
const STANDARD_INPUT = '\u0001-';

function wholeSeed(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new UsageError('--seed takes a whole number from 0');
  return value;
}

/** Of an option that is given twice, yargs makes a list. */
function onePath(value: unknown): string {
  if (typeof value !== 'string') throw new UsageError('--junit takes one file');
  return value;
}

/**
 * @param program its name in the help and in messages
 * @throws UsageError
 */
export async function parseRunOptions(args: readonly string[], program: string) {
  const known = ['seed', 'junit', 'json', 'show', 'update', 'help'];
  refuseFlagValues(args, ['json', 'j', 'show', 'update', 'help']);
  const words = args.map(word => (word === '-' ? STANDARD_INPUT : word));
  const { files, junit, json, seed, update, show } = await yargs(words)
    .scriptName(program)
    .usage(
      '$0 FILE…\n\nRuns scenario files, each on a new simulated fob, in virtual time. "-" is standard input.',
    )
    .command('$0 <files..>', false, parser =>
      parser.positional('files', { array: true, string: true, demandOption: true }),
    )
    .option('seed', {
      number: true,
      requiresArg: true,
      coerce: wholeSeed,
      describe: 'seed of all random values, in place of those in the files',
    })
    .option('junit', {
      string: true,
      requiresArg: true,
      coerce: onePath,
      describe: 'write a report for CI systems to this file',
    })
    .option('json', {
      alias: 'j',
      boolean: true,
      default: false,
      describe: 'print one JSON object instead of text',
    })
    .option('show', {
      boolean: true,
      default: false,
      describe: 'print each step and the screen after it, to see what to expect',
    })
    .option('update', {
      boolean: true,
      default: false,
      describe: 'write the pictures of "expect picture" instead of comparing them',
    })
    .epilogue('Exit codes: 0 all passed, 1 one failed, 2 wrong usage, or an unusable file.')
    .parserConfiguration({ 'parse-positional-numbers': false })
    .version(false)
    .strict()
    .fail((message, error) => {
      if (error instanceof UsageError) throw error;
      throw new UsageError(
        unknownArgument(message ?? '', args, { program, known }) ?? (message || error.message),
      );
    })
    .parseAsync();
  const named = (Array.isArray(files) ? files : []).map(file =>
    file === STANDARD_INPUT ? '-' : String(file),
  );
  if (named.filter(file => file === '-').length > 1)
    throw new UsageError('- can be given only once: it is standard input');
  return { files: named, junit, json, seed, update, show };
}
