import { addCommands, NO_READING } from './base/command.ts';
import { commonOptions, withDashes } from './base/common-options.ts';
import { type ArgumentOutline, type OptionOutline, Outline } from './base/outline.ts';
import { commandTable } from './table.ts';

/** The contents of a command's help, for programs. */
export interface CommandHelp {
  /** Its subcommands. */
  readonly commands: Outline['commands'];
  readonly options: readonly OptionOutline[];
  /** Its options, with those that the help does not show. */
  readonly allOptions: readonly OptionOutline[];
  readonly arguments: Outline['arguments'];
}

/** The command to which the words of a command line lead. */
export interface CommandLocation {
  /** The words that name a command. */
  readonly path: readonly string[];
  readonly help: CommandHelp;
  /** The word after them that names none of its subcommands, if it has any. */
  readonly unknown: string | undefined;
}

/** Returns the contents of the help of passfob itself. @param words as `commandTable` takes them */
async function outline(words?: readonly string[]): Promise<Outline> {
  const top = new Outline();
  commonOptions(top.parser);
  addCommands(top.parser, await commandTable(words), NO_READING);
  for (const [name, letter, describe] of ALWAYS) {
    top.parser.option(name, { alias: letter, boolean: true, describe });
  }
  return top;
}

/** yargs adds them. */
const ALWAYS = [
  ['help', 'h', 'Show help'],
  ['version', 'V', 'Show version number'],
] as const;

/** Returns the help of a command. @param path the words that name it, none for passfob itself */
export async function helpAt(path: readonly string[]): Promise<CommandHelp> {
  return path.reduce((place, word) => place.at(word), await outline());
}

/** Follows the words of a command line through the commands; options and their values may stand between them. */
export async function locateCommand(words: readonly string[]): Promise<CommandLocation> {
  const path: string[] = [];
  let help = await outline(words);
  let isValue = false;
  for (const word of words) {
    if (help.commands.length === 0) break;
    if (isValue) isValue = false;
    else if (word.startsWith('-')) isValue = optionOf(help, word)?.isValued === true;
    else if (!help.commands.some(({ value }) => value === word)) return { path, help, unknown: word };
    else {
      path.push(word);
      help = help.at(word);
    }
  }
  return { path, help, unknown: undefined };
}

/** Returns an argument as a help shows it: `<account>`, `[name]`, `<files..>`. */
export function placeholder({ name, isDemanded, isRepeated }: ArgumentOutline): string {
  const text = isRepeated ? `${name}..` : name;
  return isDemanded ? `<${text}>` : `[${text}]`;
}

/** Returns the option that a word names, whole (`--dry-run`, `--dryRun`) or as the last of its letters (`-jp`). */
export function optionOf({ allOptions }: CommandHelp, word: string): OptionOutline | undefined {
  if (word.startsWith('--')) return allOptions.find(({ name }) => `--${name}` === withDashes(word));
  return /^-[a-zA-Z]+$/.test(word) ? allOptions.find(({ letter }) => letter === word.at(-1)) : undefined;
}
