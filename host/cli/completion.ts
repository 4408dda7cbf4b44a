import { locateCommand, optionOf } from './command-help.ts';

/**
 * Returns the completions of the last word: commands, options, values of options.
 * @param words of a command line, without the program's own name; the last may be empty
 */
export async function completions(words: readonly string[]): Promise<string[]> {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { path, help, unknown } = await locateCommand(before);
  if (unknown !== undefined) return [];
  const option = optionOf(help, before.at(-1) ?? '');
  if (option?.isValued) return startingWith(last, option.choices);
  if (last.startsWith('-')) {
    const letters = help.options.flatMap(({ letter }) => (letter === undefined ? [] : [`-${letter}`]));
    return startingWith(last, [...help.options.map(({ name }) => `--${name}`), ...letters]);
  }
  const positional = before.at(-1) === path.at(-1) ? (help.arguments[0]?.choices ?? []) : [];
  return startingWith(last, [...help.commands, ...positional]);
}

function startingWith(begin: string, words: readonly string[]): string[] {
  return words.filter(word => word.startsWith(begin));
}
