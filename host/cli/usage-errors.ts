import { FobError, isFobError } from '../errors.ts';
import { TEXTS } from '../texts.ts';
import { type CommandLocation, locateCommand } from './command-help.ts';
import { isWord, nearest } from './nearest.ts';

/** Sentences of yargs that name options only. Others quote values and are not passed on. */
const HARMLESS =
  /^(?:Missing required arguments?|Not enough arguments following|Arguments .* are mutually exclusive|[a-z]+ takes one of)\b/;

/**
 * What is wrong with a command line, with the help of the command that was meant. What stands on the line may be a secret
 * in the wrong place: only names of options that look like one are repeated, and what passfob knows itself.
 */
export async function usageError(error: unknown, args: readonly string[]): Promise<FobError> {
  const place = await locateCommand(args);
  const next = `Run: ${['passfob', ...place.path].join(' ')} --help`;
  if (error instanceof FobError) {
    if (!isFobError(error, 'usage') || error.next !== TEXTS.usage.next) return error;
    return new FobError('usage', { sentence: error.message, next, cause: error });
  }
  const message = error instanceof Error ? error.message : '';
  if (HARMLESS.test(message)) {
    return new FobError('usage', { sentence: `${message.replace(/\s+/g, ' ')}.`, next });
  }
  const [, option, choices] = /Argument: ([\w-]+), Given: [\s\S]*, Choices: (.*)/.exec(message) ?? [];
  if (option) return new FobError('usage', { sentence: `--${option} takes one of ${choices}.`, next });
  if (!message.startsWith('Unknown')) return new FobError('usage', { next });
  const passfob = ['passfob', ...place.path].join(' ');
  const meant = nearest(place.unknown ?? '', place.help.commands);
  if (meant !== undefined) {
    return new FobError('usage', {
      sentence: `${passfob} does not know this command.`,
      next: `Did you mean: ${passfob} ${meant}? Otherwise run: ${passfob} --help`,
    });
  }
  // Options of a command that is not known cannot be judged, but the word before them may be the value of one.
  const options = unknownOptions(message, args);
  if (options.length > 0) return unknownOption(options, place, next);
  const what = isWord(place.unknown ?? '') ? 'this command' : 'one of the arguments';
  return new FobError('usage', { sentence: `${passfob} does not know ${what}.`, next });
}

function unknownOptions(message: string, args: readonly string[]): string[] {
  return args
    .map(arg => /^--([a-z][a-z-]*)(?==|$)/.exec(arg)?.[1])
    .filter(
      name => name !== undefined && isWord(name) && new RegExp(`[:,] ${name}(?:,|$)`).test(message),
    ) as string[];
}

function unknownOption(names: readonly string[], { path, help }: CommandLocation, next: string): FobError {
  const [name = ''] = names;
  const meant = names.length === 1 ? nearest(name, help.options) : undefined;
  return new FobError('usage', {
    sentence: `${['passfob', ...path].join(' ')} does not know the option --${names.join(', --')}.`,
    next: meant === undefined ? next : `Did you mean --${meant}? ${next}`,
  });
}
