import { PassThrough, Readable } from 'node:stream';
import { readArguments } from 'passfob/cli/arguments';
import type { Terminal } from 'passfob/cli/base/terminal';
import { run } from 'passfob/cli/run';

export interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** The content of a pipe at standard input; without it a person sits there, who types something or is away. */
  readonly input?: string | Uint8Array;
  /** Typed once, when these words stand on the screen; the keyboard is beside a pipe as well. */
  readonly typed?: readonly [when: string, text: string];
  /** Whether a person is there, whose keys the test presses. */
  readonly isAttended?: boolean;
  /** Called with each message. */
  readonly onNote?: (text: string) => void;
}

/** A terminal in this process, with all that stands on its screen. */
export function terminalOf(options: TerminalOptions = {}) {
  const { environment = {}, input, typed, onNote, isAttended = typed !== undefined } = options;
  const said = { stdout: '', stderr: '' };
  /** Whether the keyboard was raw, each time that this changed. */
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const stderr = Object.assign(new PassThrough(), typed && { isTTY: true });
  // The standard error of a process does not end with a stream that is piped into it.
  stderr.end = () => stderr;
  let isTyped = typed === undefined;
  stderr.on('data', chunk => {
    said.stderr += chunk;
    // A question is drawn anew for each character.
    if (isTyped || !said.stderr.includes(typed?.[0] ?? '')) return;
    isTyped = true;
    // It takes keys once it is drawn.
    setImmediate(() => keyboard.write(typed?.[1]));
  });
  const seat = isAttended ? keyboard : Readable.from([]);
  const terminal: Terminal = {
    stdin: input === undefined ? seat : Readable.from([Buffer.from(input)]),
    stderr,
    openKeyboard: async () => (isAttended ? keyboard : undefined),
    environment,
    out(text) {
      said.stdout += text;
    },
    note(text) {
      said.stderr += text;
      onNote?.(text);
    },
  };
  return { terminal, said, keyboard, modes };
}

/** Runs the command line in this process. */
export async function passfobHere(args: readonly string[], options: TerminalOptions = {}) {
  const { terminal, said } = terminalOf(options);
  const exitCode = await run(args, terminal, new AbortController().signal);
  return { exitCode, ...said, json: () => JSON.parse(said.stdout) as Record<string, unknown> };
}

/** Reads arguments. @returns the command, what it is asked for, and the fob that was chosen */
export async function asked(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const parsed = await readArguments(args, environment);
  if (!('invocation' in parsed)) throw new Error('a help was read');
  const { command, asked: rest, choice } = parsed.invocation;
  return { command, ...rest, choice } as Readonly<Record<string, unknown>>;
}
