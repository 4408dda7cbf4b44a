import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { FobChoice } from '../../commands/find.ts';
import { FobError } from '../../errors.ts';
import type { CommonOptions, ReadChoice } from './common-options.ts';
import type { Report } from './report.ts';
import type { Terminal } from './terminal.ts';

/** The arguments of every command's run. */
export interface CommandCall {
  /** Which fob to use, and how its frames are carried. */
  readonly choice: FobChoice;
  readonly isJson: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The result of a command; undefined if the command has printed it itself. */
export type CommandOutcome = Report | undefined;

/**
 * Opens a resource, runs the command with it, and closes it.
 * @typeParam Asked the arguments it reads
 * @typeParam At the object it passes to the command
 */
export type Need<Asked, At> = (
  call: CommandCall,
  asked: Asked,
  work: (at: At) => Promise<CommandOutcome>,
) => Promise<CommandOutcome>;

/** A parsed command line. */
export interface Invocation {
  /** Name of the command: `pin reset`. */
  readonly command: string;
  readonly asked: object;
  readonly choice: FobChoice;
  /** @throws FobError errors of the command */
  run(call: Omit<CommandCall, 'choice'>): Promise<CommandOutcome>;
}

/** The receiver of a parsed command line. */
export interface ArgumentReading {
  /**
   * Receives the parsed command.
   * @param read validates its arguments. @throws FobError `usage`, `bad-input`
   */
  readonly take: (read: () => Promise<Invocation>) => void;
  readonly choiceOf: ReadChoice;
  /** Reads a person's word for a fob of the inventory. @throws FobError `bad-input`, `usage` */
  readonly serialOf: SerialReader;
}

/** @returns a serial as `readSerial` returns it */
export type SerialReader = (text: string) => Promise<string>;

/** For parsers that only describe commands. */
export const NO_READING: ArgumentReading = {
  take: () => undefined,
  choiceOf: async () => ({}),
  serialOf: async text => text,
};

/** An entry of the table of commands. */
export interface Command {
  /** Its name: `pin reset`. A command belongs to the entry named by its first word. */
  readonly name: string;
  /** The name and its positional arguments: `move <account> <position>`. */
  readonly words: string;
  readonly describe: string;
  /** The fields of its JSON, as Markdown. */
  readonly json?: string | undefined;
  /** Whether it can run by itself; otherwise it only groups its subcommands. */
  readonly runs: boolean;
  /**
   * Adds it to its parent's parser.
   * @param inner its subcommands
   */
  addTo(parser: CommonOptions, inner: readonly Command[], reading: ArgumentReading): void;
  /**
   * Takes over a command line that begins with this command's word; the rest is not parsed here.
   * @returns the exit code
   */
  readonly takeOver?: (rest: readonly string[]) => Promise<number>;
}

interface Definition<Given, Asked extends object, At> {
  /** Name and positional arguments: `pin reset`, `move <account> <position>`. */
  readonly words: string;
  readonly describe: string;
  /** The fields of its JSON, as Markdown: help and docs/cli.md show them. */
  readonly json?: string;
  readonly options: (command: CommonOptions) => Argv<Given>;
  /** Validates the arguments, before anything is opened. @throws FobError `usage`, `bad-input` */
  readonly read: (given: ArgumentsCamelCase<Given>, serialOf: SerialReader) => Asked | Promise<Asked>;
  /**
   * The change before which a dry run stops, in words that follow `would be to`. Without it the command handles dry
   * runs itself.
   */
  readonly change?: string;
  readonly needs: Need<Asked, At>;
  /** @throws FobError */
  readonly run: (asked: Asked, at: At) => Promise<CommandOutcome>;
}

/**
 * Makes an entry of the table; TypeScript infers its types from the options and needs.
 *
 * Each completion loads every definition, so a definition imports only limits, names and texts. `read` and `run` import
 * the rest when they are called: `const { info } = await import(…)`. A test counts the modules.
 */
export function command<Given, Asked extends object, At>({
  words,
  describe,
  json,
  options,
  read,
  change,
  needs,
  run,
}: Definition<Given, Asked, At>): Command {
  const name = nameOf(words);
  return {
    name,
    words,
    describe,
    json,
    runs: true,
    addTo(parser, inner, reading) {
      const own = (given: CommonOptions) => {
        const described = options(given);
        addCommands(given, inner, reading);
        if (json !== undefined) given.epilogue(`With --json: ${json.replaceAll('`', '')}`);
        return described;
      };
      parser.command(wordsBelow(words), describe, own, given => {
        reading.take(async () => {
          const asked = await read(given, reading.serialOf);
          const choice = await reading.choiceOf(given);
          return {
            command: name,
            asked,
            choice,
            async run(call) {
              if (change !== undefined && choice.wire?.isDryRun)
                throw new FobError('dry-run', { subject: change });
              return needs({ ...call, choice }, asked, at => run(asked, at));
            },
          };
        });
      });
    },
  };
}

/** For a command that takes only the common options. */
export const noOptions = { options: (command: CommonOptions) => command, read: () => ({}) };

/** Makes an entry that only groups subcommands. @param options common to all of them */
export function group(
  name: string,
  describe: string,
  options: (command: CommonOptions) => CommonOptions,
): Command {
  return {
    name,
    words: name,
    describe,
    runs: false,
    addTo(parser, inner, reading) {
      const names = inner.map(one => one.name.slice(name.length + 1)).join(', ');
      parser.command(name, describe, (given: CommonOptions) => {
        options(given);
        addCommands(given, inner, reading);
        return given.demandCommand(1, 1, `${name} takes one of: ${names}`);
      });
    },
  };
}

/** Adds the top-level commands of a table, each with its subcommands. */
export function addCommands(
  parser: CommonOptions,
  table: readonly Command[],
  reading: ArgumentReading,
): void {
  for (const entry of table) {
    const isBelow = table.some(({ name }) => entry.name.startsWith(`${name} `));
    if (!isBelow) entry.addTo(parser, commandsBelow(entry, table), reading);
  }
}

function commandsBelow({ name }: Command, table: readonly Command[]): readonly Command[] {
  return table.filter(entry => entry.name.startsWith(`${name} `));
}

/** Strips the positional arguments. */
function nameOf(words: string): string {
  return words.split(/ [<[]/)[0] ?? words;
}

/** Strips the parent's word: `pin reset` becomes `reset`. */
function wordsBelow(words: string): string {
  return nameOf(words).includes(' ') ? words.slice(words.indexOf(' ') + 1) : words;
}
