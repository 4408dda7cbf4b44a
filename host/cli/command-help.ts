import { helpOf } from './command-line.ts';

/** The contents of a command's help, for programs. */
export interface CommandHelp {
  /** Its subcommands. */
  readonly commands: readonly string[];
  /** Names of options, without dashes. */
  readonly options: readonly string[];
  /** Options that take a value. */
  readonly valued: readonly string[];
  /** Values that an option may have, by its name. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
  /** Allowed values of the positional arguments. */
  readonly values: readonly string[];
}

/**
 * Parses the help of a command, because yargs offers completions only if it may print and end the process.
 * @param path the words that name the command, none for passfob itself
 */
export function helpAt(path: readonly string[]): Promise<CommandHelp> {
  const name = path.join(' ');
  const help = known.get(name) ?? helpOf(path).then(text => readHelp(text, path.length));
  known.set(name, help);
  return help;
}

/** Cache of parsed helps by the words of their commands: yargs takes many milliseconds for each. */
const known = new Map<string, Promise<CommandHelp>>();

function readHelp(text: string, depth: number): CommandHelp {
  const lines = text.split('\n');
  const choicesIn = (line: string) =>
    [...(/\[choices: (.*?)\]/.exec(line)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, value = '']) => value);
  const options = lines.filter(line => OPTION_LINE.test(line));
  const nameOf = (line: string) => OPTION_LINE.exec(line)?.[1] ?? '';
  return {
    commands: lines
      .filter(line => line.startsWith('  passfob '))
      .flatMap(line => line.trim().split(' ')[depth + 1] ?? []),
    options: options.map(nameOf),
    valued: options.filter(line => !line.includes('[boolean]')).map(nameOf),
    choices: new Map(
      options.map(line => [nameOf(line), choicesIn(line)] as const).filter(([, all]) => all.length > 0),
    ),
    values: lines
      .filter(line => /^ {2}[a-z]/.test(line) && !line.startsWith('  passfob '))
      .flatMap(choicesIn),
  };
}

/** An option in a help text, perhaps after its one letter: `  -h, --help  Show help`. */
const OPTION_LINE = /^\s+(?:-\w, )?--([\w-]+)/;

/** The command to which the words of a command line lead. */
export interface CommandLocation {
  /** The words that name a command. */
  readonly path: readonly string[];
  readonly help: CommandHelp;
  /** The word after them that names none of its subcommands, if it has any. */
  readonly unknown: string | undefined;
}

/** Follows the words of a command line through the commands; options and their values may stand between them. */
export async function locateCommand(words: readonly string[]): Promise<CommandLocation> {
  const path: string[] = [];
  let help = await helpAt(path);
  let isValue = false;
  for (const word of words) {
    if (help.commands.length === 0) break;
    if (isValue) isValue = false;
    else if (word.startsWith('-')) isValue = help.valued.includes(word.replace(/^--?/, ''));
    else if (!help.commands.includes(word)) return { path, help, unknown: word };
    // The help of a command that also runs by itself lists the command itself again.
    else {
      path.push(word);
      help = await helpAt(path);
    }
  }
  return { path, help, unknown: undefined };
}
