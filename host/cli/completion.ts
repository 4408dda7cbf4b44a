import type { Completion } from './base/outline.ts';
import { type CommandLocation, locateCommand, optionOf } from './command-help.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the completions of the last word: commands, options, values of options, and names from the inventory. Opens
 * no port and no secret.
 * @param words of a command line, without the program's own name; the last may be empty
 */
export async function completions(
  words: readonly string[],
  environment: Environment,
): Promise<readonly Completion[]> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [, assigned, value] = /^(--[a-z-]+)=(.*)$/s.exec(last) ?? [];
  if (assigned !== undefined && value !== undefined) {
    const values = await completions([...before, assigned, value], environment);
    return values.map(one => ({ ...one, value: `${assigned}=${one.value}` }));
  }
  const location = await locateCommand(before);
  if (location.unknown !== undefined) return [];
  return fitting(last, await candidates(location, before, last, environment));
}

async function candidates(
  { path, help }: CommandLocation,
  before: readonly string[],
  last: string,
  environment: Environment,
): Promise<readonly Completion[]> {
  const option = optionOf(help, before.at(-1) ?? '');
  const namedBy = async (name: string, choices: readonly string[]) => {
    if (choices.length > 0) return choices.map(bare);
    // An option of the service's own commands may have the name of a fob's.
    if (!COMPLETED_NAMES.includes(name) || path[0] === 'service' || path[0] === 'serve') return [];
    return (await import('./completed-names.ts')).namesFor(name, { before, last, environment });
  };
  if (option?.isValued) return namedBy(option.name, option.choices);
  if (last.startsWith('-')) {
    return help.options.flatMap(({ name, letter, describe }) => [
      { value: `--${name}`, about: describe },
      ...(letter === undefined ? [] : [{ value: `-${letter}`, about: describe }]),
    ]);
  }
  const place = argumentsIn({ path, help, unknown: undefined }, before).length;
  const argument = help.arguments[place] ?? help.arguments.find(({ isRepeated }) => isRepeated);
  const values = argument === undefined ? [] : await namedBy(argument.name, argument.choices);
  return [...(place === 0 ? help.commands : []), ...values];
}

/** Arguments and options whose values are names that people gave, or ports. */
export const COMPLETED_NAMES: readonly string[] = [
  'account',
  'device',
  'fob',
  'port',
  'release',
  'serial',
  'serials',
];

const bare = (value: string): Completion => ({ value, about: '' });

/** Returns the arguments after the words that name the command. */
function argumentsIn({ path, help }: CommandLocation, words: readonly string[]): string[] {
  const left = [...path];
  let isValue = false;
  return words.filter(word => {
    if (isValue) {
      isValue = false;
      return false;
    }
    if (word.startsWith('-')) {
      isValue = optionOf(help, word)?.isValued === true;
      return false;
    }
    if (word !== left[0]) return true;
    left.shift();
    return false;
  });
}

function fitting(begin: string, words: readonly Completion[]): Completion[] {
  const once = new Map(words.map(word => [word.value, word]));
  return [...once.values()].filter(({ value }) => value.startsWith(begin));
}
