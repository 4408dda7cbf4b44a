import { FobError, isFobError } from '../errors.ts';
import { TEXTS } from '../texts.ts';
import { type CommandLocation, locateCommand, placeholder } from './command-help.ts';
import { isWord, nearest } from './nearest.ts';

/** A message of ours that names only commands. Messages of yargs may quote values and are not shown. */
const HARMLESS = /^[a-z]+ takes one of\b/;

/**
 * Explains a wrong command line, with the help of the intended command. The line may contain a secret in the wrong
 * place, so only texts that look like option names, and passfob's own words, are repeated.
 */
export async function usageError(error: unknown, args: readonly string[]): Promise<FobError> {
  const place = await locateCommand(args);
  const passfob = ['passfob', ...place.path].join(' ');
  const line =
    place.help.arguments.length > 0
      ? `Write: ${[passfob, ...place.help.arguments.map(placeholder)].join(' ')}. `
      : '';
  const next = `${line}Run: ${passfob} --help`;
  if (error instanceof FobError) {
    if (!isFobError(error, 'usage') || error.next !== TEXTS.usage.next) return error;
    return new FobError('usage', { sentence: error.message, next, cause: error });
  }
  const message = error instanceof Error ? error.message : '';
  if (HARMLESS.test(message)) {
    return new FobError('usage', { sentence: `${message.replace(/\s+/g, ' ')}.`, next });
  }
  const sentence = wrongValue(message, place) ?? missing(message, place) ?? exclusive(message);
  if (sentence !== undefined) return new FobError('usage', { sentence, next });
  if (!message.startsWith('Unknown')) return new FobError('usage', { next });
  const meant = nearest(
    place.unknown ?? '',
    place.help.commands.map(({ value }) => value),
  );
  if (meant !== undefined) {
    return new FobError('usage', {
      sentence: `${passfob} does not know this command.`,
      next: `Did you mean: ${passfob} ${meant}? Otherwise run: ${passfob} --help`,
    });
  }
  // The options of an unknown command cannot be checked, but the unknown word may be the value of an unknown option
  // before it.
  const options = unknownOptions(message, args);
  if (options.length > 0) return unknownOption(options, place, next);
  return new FobError('usage', { sentence: unknownWord(place), next });
}

/** Explains a value that yargs refused. */
function wrongValue(message: string, { help }: CommandLocation): string | undefined {
  const [, name, choices] =
    /Argument: ([\w-]+), Given: [\s\S]*, Choices: (.*)/.exec(message) ??
    /^Not a number: (.*)/.exec(message) ??
    [];
  if (name === undefined) return undefined;
  const argument = help.arguments.find(one => one.name === name);
  const what = argument === undefined ? `--${name}` : placeholder(argument);
  return `${what} takes ${choices === undefined ? 'a number' : `one of ${choices}`}.`;
}

/** Explains what a command or an option lacks. */
function missing(message: string, { help, path }: CommandLocation): string | undefined {
  const passfob = ['passfob', ...path].join(' ');
  const [, valued] = /^Not enough arguments following: ([\w-]+)$/.exec(message) ?? [];
  if (valued !== undefined) return `${dashed(valued)} needs a value.`;
  const [, options] = /^Missing required arguments?: ([\w, -]+)$/.exec(message) ?? [];
  if (options !== undefined) return `${passfob} needs ${options.split(', ').map(dashed).join(', ')}.`;
  const [, given] = /^Not enough non-option arguments: got (\d+)/.exec(message) ?? [];
  if (given === undefined) return undefined;
  const left = help.arguments.filter(({ isDemanded }) => isDemanded).slice(Number(given));
  return `${passfob} needs ${left.map(placeholder).join(' ')}.`;
}

function exclusive(message: string): string | undefined {
  const [, one, other] = /^Arguments ([\w-]+) and ([\w-]+) are mutually exclusive$/.exec(message) ?? [];
  return one === undefined || other === undefined
    ? undefined
    : `${dashed(one)} and ${dashed(other)} exclude each other.`;
}

/** Says what a command takes to whoever gave it a word too many, without the word: it may be a secret. */
function unknownWord({ path, help, unknown }: CommandLocation): string {
  const passfob = ['passfob', ...path].join(' ');
  if (isWord(unknown ?? '')) return `${passfob} does not know this command.`;
  if (help.commands.length > 0) return `${passfob} does not know one of the arguments.`;
  return help.arguments.length === 0
    ? `${passfob} takes no words, only options.`
    : `${passfob} takes ${help.arguments.map(placeholder).join(' ')} and no further words.`;
}

function unknownOptions(message: string, args: readonly string[]): string[] {
  return args
    .map(arg => /^--([a-z][a-z-]*)(?==|$)/.exec(arg)?.[1] ?? /^-([a-zA-Z])$/.exec(arg)?.[1])
    .filter(
      name =>
        name !== undefined &&
        (isWord(name) || name.length === 1) &&
        new RegExp(`[:,] ${name}(?:,|$)`).test(message),
    ) as string[];
}

function unknownOption(names: readonly string[], { path, help }: CommandLocation, next: string): FobError {
  const [name = ''] = names;
  const known = help.options.map(option => option.name);
  const meant = names.length === 1 && name.length > 1 ? nearest(name, known) : undefined;
  return new FobError('usage', {
    sentence: `${['passfob', ...path].join(' ')} does not know the option ${names.map(dashed).join(', ')}.`,
    next: meant === undefined ? next : `Did you mean --${meant}? ${next}`,
  });
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}
