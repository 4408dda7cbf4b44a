import type { CommonOptions } from './common-options.ts';

/** An option as its definition describes it. */
export interface OptionOutline {
  /** Without dashes. */
  readonly name: string;
  /** Without dash; undefined if it has no short form. */
  readonly letter: string | undefined;
  readonly describe: string;
  readonly isValued: boolean;
  readonly choices: readonly string[];
  /** Whether the subcommands have it too. */
  readonly isGlobal: boolean;
}

/** A positional argument. */
export interface ArgumentOutline {
  readonly name: string;
  readonly describe: string;
  readonly choices: readonly string[];
  /** Whether it takes all further arguments. */
  readonly isRepeated: boolean;
  readonly isDemanded: boolean;
}

/** A word that may stand on the command line. */
export interface Completion {
  readonly value: string;
  /** What it is, for shells that show it; may be empty. */
  readonly about: string;
}

type Definition = Readonly<Record<string, unknown>>;
type Build = (parser: CommonOptions) => unknown;

/**
 * Records the definitions that yargs would receive. Completions need only them, and yargs takes too long to load for
 * the moment between a Tab and its answer. A test compares the outlines with the help of yargs.
 */
export class Outline {
  readonly arguments: ArgumentOutline[] = [];
  private readonly all = new Map<string, OptionOutline>();
  private readonly hidden = new Set<string>();
  private readonly inner = new Map<string, { readonly about: string; readonly build: Build }>();

  /** @param above the outline of the parent command */
  constructor(above?: Outline) {
    for (const option of above?.all.values() ?? []) if (option.isGlobal) this.all.set(option.name, option);
    for (const name of above?.hidden ?? []) this.hidden.add(name);
  }

  /** Receives the definitions in place of yargs. */
  get parser(): CommonOptions {
    // Definitions call no other methods of yargs.
    return this.recorder as unknown as CommonOptions;
  }

  /** The options that the help shows. */
  get options(): readonly OptionOutline[] {
    return this.allOptions.filter(({ name }) => !this.hidden.has(name));
  }

  get allOptions(): readonly OptionOutline[] {
    return [...this.all.values()];
  }

  /** The subcommands. */
  get commands(): readonly Completion[] {
    return [...this.inner].map(([value, { about }]) => ({ value, about }));
  }

  /** Returns the outline of a subcommand. */
  at(command: string): Outline {
    const outline = new Outline(this);
    this.inner.get(command)?.build(outline.parser);
    return outline;
  }

  private readonly recorder = {
    option: (name: string, definition: Definition) => {
      this.all.set(name, {
        name,
        // A command that describes a common option anew keeps its letter, as in yargs.
        letter: typeof definition.alias === 'string' ? definition.alias : this.all.get(name)?.letter,
        describe: textOf(definition.describe),
        isValued: definition.boolean !== true && definition.type !== 'boolean',
        choices: choicesOf(definition),
        isGlobal: definition.global !== false,
      });
      if (definition.hidden === true) this.hidden.add(name);
      return this.recorder;
    },
    positional: (name: string, definition: Definition) => {
      this.arguments.push({
        name,
        describe: textOf(definition.describe),
        choices: choicesOf(definition),
        isRepeated: definition.array === true,
        isDemanded: definition.demandOption === true,
      });
      return this.recorder;
    },
    hide: (name: string) => {
      this.hidden.add(name);
      return this.recorder;
    },
    command: (words: string, about: string, build: Build = () => undefined) => {
      this.inner.set(words.split(' ', 1)[0] ?? words, { about, build });
      return this.recorder;
    },
    scriptName: () => this.recorder,
    usage: () => this.recorder,
    epilogue: () => this.recorder,
    group: () => this.recorder,
    check: () => this.recorder,
    demandCommand: () => this.recorder,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function choicesOf({ choices }: Definition): readonly string[] {
  return Array.isArray(choices) ? choices.map(String) : [];
}
