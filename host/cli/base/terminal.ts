import type { Readable } from 'node:stream';

/** A stream that answers questions. */
export type AnswerStream = Readable & { readonly isTTY?: boolean };

/** The streams of the command line. Results go to `out`, all other messages to `note`. */
export interface Terminal {
  readonly stdin: AnswerStream;
  readonly stderr: NodeJS.WritableStream;
  /** Opens the keyboard of the person for questions, where standard input is a file; undefined without a person. */
  readonly openKeyboard?: (() => Promise<AnswerStream | undefined>) | undefined;
  /** Of the terminal to which results go; undefined if they go elsewhere. */
  readonly columns?: number | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  /** Resolves when the reader of the results can take more; undefined if nothing waits for it. */
  readonly drained?: (() => Promise<void>) | undefined;
  note(text: string): void;
}

/** This process's own streams. A closed reader does not end the process: the reader has got enough. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  return {
    stdin: process.stdin,
    stderr: process.stderr,
    openKeyboard,
    get columns() {
      // A terminal that does not know its size says 0.
      return process.stdout.isTTY ? process.stdout.columns || undefined : undefined;
    },
    environment: process.env,
    out: text => void process.stdout.write(text),
    drained: () => drained(process.stdout),
    note: text => void process.stderr.write(text),
  };
}

/** Opens the terminal that controls this process; a service and a job of CI have none. */
async function openKeyboard(): Promise<AnswerStream | undefined> {
  try {
    // Loaded on demand: few commands need it.
    return (await import('../../read-whole.ts')).openStream('/dev/tty');
  } catch {
    return undefined;
  }
}

/** A reader that has gone takes no more, but nothing waits for it either. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writableNeedDrain) return Promise.resolve();
  return new Promise(resolve => {
    const done = () => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error']) stream.on(event, done);
  });
}

/**
 * Characters that a terminal or reader interprets instead of showing: controls, invisible formats, line separators,
 * and characters that fonts leave out (Default_Ignorable_Code_Point of UAX #44).
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Makes text from a fob or a file safe to print. */
export function printable(text: string): string {
  return text.replace(OBEYED, '?');
}

/**
 * Writes a document as one line of JSON that is safe to print. JSON escapes only the controls below U+0020; the
 * others are escaped here too, so that programs still read the exact text.
 */
export function jsonLine(document: unknown): string {
  const escaped = (character: string) =>
    Array.from(character.split(''), unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(
      '',
    );
  return `${JSON.stringify(document).replace(OBEYED, escaped)}\n`;
}

/** The first words of the commands: the same word in a sentence, as in "passfob and the fob", is no command. */
export const COMMAND_NAMES: readonly string[] = [
  ...['devices', 'pair', 'info', 'clock', 'care', 'maintain', 'flash', 'update', 'erase', 'enroll', 'import'],
  ...[
    'batch',
    'list',
    'code',
    'respond',
    'rename',
    'move',
    'remove',
    'verify',
    'pin',
    'inventory',
    'handover',
  ],
  ...['activate', 'agent', 'doctor', 'serve', 'service', 'version', 'simulate', 'trace', 'completion'],
];

const COMMAND = new RegExp(`(?<![\\w./-]|npx )passfob(?= (?:${COMMAND_NAMES.join('|')}|--help)\\b)`, 'g');

/** Whether npx started passfob, as in a clone, where a shell finds no `passfob`. npm sets these for what npx runs. */
export function isByNpx({
  npm_command,
  npm_lifecycle_event,
  npm_lifecycle_script = '',
}: Terminal['environment']): boolean {
  return (
    npm_command === 'exec' && npm_lifecycle_event === 'npx' && /^["']?passfob\b/.test(npm_lifecycle_script)
  );
}

/** Returns a text for the person with the commands as this person has to type them. */
export function asTyped(text: string, environment: Terminal['environment']): string {
  return isByNpx(environment) ? text.replace(COMMAND, 'npx passfob') : text;
}

/** Returns a terminal that names commands as the person types them. Results stay as they are: programs read them. */
export function withTypedCommands(terminal: Terminal): Terminal {
  const { stdin, stderr, openKeyboard: open, environment, drained } = terminal;
  return {
    ...{ stdin, stderr, openKeyboard: open, environment, drained },
    get columns() {
      return terminal.columns;
    },
    out: text => terminal.out(text),
    note: text => terminal.note(asTyped(text, environment)),
  };
}
