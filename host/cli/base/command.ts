import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { FobChoice } from '../../commands/find.ts';
import { FobError } from '../../errors.ts';
import type { CommonOptions, ReadChoice } from './common-options.ts';
import type { Report } from './report.ts';
import type { Terminal } from './terminal.ts';

/** One run of a command: what every command is given. */
export interface CommandCall {
  /** Which fob is meant, and how its frames are carried. */
  readonly choice: FobChoice;
  readonly isJson: boolean;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** The result of a command; undefined where the command has said it itself. */
export type CommandOutcome = Report | undefined;

/**
 * Opens what a command works with, has it work, and closes it again.
 * @typeParam Asked what it reads of the arguments
 * @typeParam At what it gives the command
 */
export type Need<Asked, At> = (
  call: CommandCall,
  asked: Asked,
  work: (at: At) => Promise<CommandOutcome>,
) => Promise<CommandOutcome>;

/** A command line that was understood. */
export interface Invocation {
  /** The words that name the command: `pin reset`. */
  readonly command: string;
  readonly asked: object;
  readonly choice: FobChoice;
  /** @throws FobError what the command throws */
  run(call: Omit<CommandCall, 'choice'>): Promise<CommandOutcome>;
}

/** What reads a command line. */
export interface ArgumentReading {
  /** Is given the invocation that was read. */
  readonly take: (invocation: Invocation) => void;
  readonly choiceOf: ReadChoice;
}

/** An entry of the table of commands. */
export interface Command {
  /** The words that name it: `pin reset`. A command belongs to the entry that its first word names. */
  readonly name: string;
  /** These and its positional arguments: `move <account> <position>`. */
  readonly words: string;
  readonly describe: string;
  /** Whether it does something by itself; otherwise it only holds the commands below it. */
  readonly runs: boolean;
  /**
   * Adds it to the parser of what it belongs to.
   * @param inner the commands below it
   */
  addTo(parser: CommonOptions, inner: readonly Command[], reading: ArgumentReading): void;
  /**
   * Takes over where the command line begins with its word: what follows is not read here.
   * @returns the exit code
   */
  readonly takeOver?: (rest: readonly string[]) => Promise<number>;
}

interface Definition<Given, Asked extends object, At> {
  /** Words and positional arguments: `pin reset`, `move <account> <position>`. */
  readonly words: string;
  readonly describe: string;
  readonly options: (command: CommonOptions) => Argv<Given>;
  /** Checks the arguments, before anything is opened. @throws FobError `usage`, `bad-input` */
  readonly read: (given: ArgumentsCamelCase<Given>) => Asked;
  /** The change before which a dry run ends, in words that follow `would be to`. Without it the command looks after dry runs. */
  readonly change?: string;
  readonly needs: Need<Asked, At>;
  /** @throws FobError */
  readonly run: (asked: Asked, at: At) => Promise<CommandOutcome>;
}

/** Makes an entry of the table: the types of its options and of what it needs follow from them. */
export function command<Given, Asked extends object, At>({
  words,
  describe,
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
    runs: true,
    addTo(parser, inner, reading) {
      const own = (given: CommonOptions) => {
        const described = options(given);
        addCommands(given, inner, reading);
        return described;
      };
      parser.command(wordsBelow(words), describe, own, given => {
        const asked = read(given);
        const choice = reading.choiceOf(given);
        reading.take({
          command: name,
          asked,
          choice,
          async run(call) {
            if (change !== undefined && choice.wire?.isDryRun)
              throw new FobError('dry-run', { subject: change });
            return needs({ ...call, choice }, asked, at => run(asked, at));
          },
        });
      });
    },
  };
}

/** For a command that takes no more than the common options. */
export const noOptions = { options: (command: CommonOptions) => command, read: () => ({}) };

/** Makes an entry that holds commands and does nothing by itself. @param options of all of them */
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

/** Adds those commands of a table that belong to no other one, each with those below it. */
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

/** Words without the positional arguments. */
function nameOf(words: string): string {
  return words.split(/ [<[]/)[0] ?? words;
}

/** Of `pin reset`, as a command of `pin`: `reset`. */
function wordsBelow(words: string): string {
  return nameOf(words).includes(' ') ? words.slice(words.indexOf(' ') + 1) : words;
}
