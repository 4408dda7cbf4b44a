import { createInterface } from 'node:readline';
import { FobError } from '../../errors.ts';
import { URI_BYTES_MAX } from '../../limits.ts';
import { type FileSource, standardInput, withShortLines } from '../../read-whole.ts';
import type { Asked } from './passwords.ts';
import { type AnswerStream, printable, type Terminal } from './terminal.ts';

export interface CodeQuestion {
  /** Echoes stars, for a screen that others see. */
  readonly isHidden?: boolean | undefined;
  /** Cancels the question when the answer is no longer needed. */
  readonly until?: AbortSignal | undefined;
  /** What was wrong with the last code. */
  readonly fault?: string | undefined;
}

/** Questions go to standard error; answers come from the keyboard, or line by line from piped input. */
export interface Prompts {
  /**
   * Returns a file to read: `-` is standard input, which from then on answers no question.
   * @throws FobError `usage` for the second `-`
   */
  file(path: string): FileSource;
  /** Whether there is a person at a keyboard. */
  canAsk(): Promise<boolean>;
  /** Asks for the code on the fob. It is shown as it is typed, since the fob shows it anyway. */
  code(isAgain: boolean, how?: CodeQuestion): Promise<string>;
  /** Asks for an activation string, without echo. @param isWhole standard input holds only the string */
  activation(isWhole: boolean): Promise<string>;
  /** Asks for a key URI or a bare secret, without echo; without a terminal reads all of standard input. */
  uri(message: string): Promise<string>;
  /** Asks for a password or key, without echo. @throws FobError `usage` if nobody can be asked */
  secret(message: string): Promise<string>;
  /** @throws FobError `usage` if nobody can be asked */
  confirm(question: string): Promise<boolean>;
  /**
   * Reads a password from a file, or asks without echo. @throws FobError `bad-input`, `usage` if nobody can be asked
   */
  password(file: string | undefined, isNew: boolean): Promise<string>;
  /** Releases standard input, so that the process can end. */
  close(): void;
}

/** The streams of a command that answer its questions. */
interface Answers {
  /** As `Prompts.file`. */
  file(path: string): FileSource;
  /** Returns the options of a question for a person; undefined if nobody can be asked. */
  toAsk(): Promise<Asked | undefined>;
  /** Returns the lines of piped input. @throws FobError `usage` if standard input is a file and nobody is there */
  piped(): Promise<PipedLines>;
  /** Reads standard input to its end. */
  whole(): Promise<string>;
  close(): void;
}

function answersOn(terminal: Terminal, signal: AbortSignal): Answers {
  const { stdin, stderr } = terminal;
  let lines: PipedLines | undefined;
  let isFile = false;
  let keyboard: Promise<AnswerStream | undefined> | undefined;
  const stream = async () => {
    if (!isFile) return stdin;
    keyboard ??= terminal.openKeyboard?.();
    return keyboard;
  };
  return {
    file(path) {
      if (path !== '-') return path;
      if (isFile)
        throw new FobError('usage', { sentence: '- can be given only once: it is standard input.' });
      isFile = true;
      return standardInput(stdin);
    },
    async toAsk() {
      const input = await stream();
      return input?.isTTY ? { input, output: stderr, signal } : undefined;
    },
    async piped() {
      const input = await stream();
      if (input === undefined) throw noAnswers();
      lines ??= pipedLines(input, signal);
      return lines;
    },
    whole() {
      isFile = true;
      return wholeInput(stdin, signal);
    },
    close() {
      lines?.close();
      stdin.pause();
      void keyboard?.then(input => input?.destroy());
    },
  };
}

export function promptsOn(terminal: Terminal, signal: AbortSignal): Prompts {
  const { file, toAsk, piped, whole, close } = answersOn(terminal, signal);
  let asking: Promise<string> | undefined;
  return {
    file,
    canAsk: async () => (await toAsk()) !== undefined,
    async code(isAgain, { isHidden = false, until, fault = 'A character is wrong.' } = {}) {
      const message = `${isAgain ? `${fault} ` : ''}Code on the screen of the fob:`;
      const asked = await toAsk();
      if (asked) {
        const either = until === undefined ? signal : AbortSignal.any([signal, until]);
        asking = after(asking, either, () =>
          orCancelled(askCode(message, isHidden, { ...asked, signal: either })),
        );
        return asking;
      }
      const answered = await piped();
      terminal.note(`${message}\n`);
      return answered.next(until);
    },
    async activation(isWhole) {
      const asked = await toAsk();
      if (asked) return orCancelled(askHidden({ message: 'Activation string (not shown):' }, asked));
      if (isWhole) return whole();
      terminal.note('Activation string:\n');
      return (await piped()).next();
    },
    async uri(message) {
      const asked = await toAsk();
      return asked ? orCancelled(askHidden({ message }, asked)) : whole();
    },
    async secret(message) {
      const asked = await toAsk();
      if (asked) return orCancelled(askHidden({ message: printable(message) }, asked));
      throw new FobError('usage', {
        sentence: 'The file needs a password or key, and this command cannot ask for it here.',
        next: 'Name a file that holds it: --password-file FILE or --key-file FILE (/dev/fd/3 is one, too).',
      });
    },
    async confirm(question) {
      const asked = await toAsk();
      if (!asked) {
        throw new FobError('usage', {
          sentence: 'This command needs a confirmation, and it cannot ask for one here.',
          next: 'Add --yes.',
        });
      }
      return orCancelled(askConfirmation({ message: printable(question), default: false }, asked));
    },
    password: async (file, isNew) =>
      (await import('./passwords.ts')).passwordFor(toAsk, { file, isNew, signal }),
    close,
  };
}

function noAnswers(): FobError {
  return new FobError('usage', {
    sentence: 'The code on the fob is needed, and it cannot be asked for here: standard input is a file.',
    next: 'Run the command in a terminal, or name the file instead of -.',
  });
}

type PromptLibrary = typeof import('@inquirer/prompts');

// The library is loaded when a person is asked: most commands ask nothing.

async function askHidden(...question: Parameters<PromptLibrary['password']>): Promise<string> {
  return (await import('@inquirer/prompts')).password(...question);
}

async function askCode(
  message: string,
  isHidden: boolean,
  context: Parameters<PromptLibrary['input']>[1],
): Promise<string> {
  const { input, password } = await import('@inquirer/prompts');
  return isHidden ? password({ message, mask: true }, context) : input({ message }, context);
}

async function askConfirmation(...question: Parameters<PromptLibrary['confirm']>): Promise<boolean> {
  return (await import('@inquirer/prompts')).confirm(...question);
}

/**
 * Asks for confirmation before a change that is hard to undo. @throws FobError `cancelled` for a no, `usage` if
 * nobody can be asked
 */
export async function makeSure(prompts: Prompts, question: string, otherwise: string): Promise<void> {
  if (!(await prompts.confirm(question))) throw new FobError('cancelled', { sentence: otherwise });
}

/**
 * Asks after the previous question has ended: a cancelled question releases the keyboard a little later, and would
 * take input from the next one.
 * @throws FobError `cancelled` if the answer is no longer needed by then
 */
async function after(
  before: Promise<string> | undefined,
  signal: AbortSignal,
  ask: () => Promise<string>,
): Promise<string> {
  await before?.catch(() => undefined);
  if (signal.aborted) throw new FobError('cancelled');
  return await ask();
}

/** The prompt library reports Ctrl-C and the signal as errors. */
export async function orCancelled<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const isEnd = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
    throw isEnd ? new FobError('cancelled') : error;
  }
}

interface PipedLines {
  next(until?: AbortSignal): Promise<string>;
  close(): void;
}

/** Reads a pipe or file, one line for each answer. */
function pipedLines(stdin: AnswerStream, signal: AbortSignal): PipedLines {
  const hasEnded = stdin.readableEnded || stdin.destroyed;
  const input = withShortLines(stdin, URI_BYTES_MAX);
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  /** A line already requested but not received; it answers a later question if this one is cancelled. */
  let coming: ReturnType<typeof lines.next> | undefined;
  return {
    async next(until) {
      const either = until === undefined ? signal : AbortSignal.any([signal, until]);
      // `readline` never reports the end of a stream that has already ended.
      coming ??= hasEnded ? Promise.resolve({ done: true, value: undefined }) : lines.next();
      const line = await orAborted(coming, either);
      coming = undefined;
      if (!line.done) return line.value;
      throw new FobError('bad-input', {
        sentence: 'Standard input ended before the code was given.',
        next: 'Run the command in a terminal, or pipe in the code that the fob shows.',
      });
    },
    close: () => reader.close(),
  };
}

/** @throws FobError `cancelled` */
function orAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new FobError('cancelled'));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

/** Reads all of standard input. */
async function wholeInput(stdin: Terminal['stdin'], signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const destroy = () => stdin.destroy(new FobError('cancelled'));
  signal.addEventListener('abort', destroy, { once: true });
  try {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > URI_BYTES_MAX) {
        throw new FobError('bad-input', { sentence: 'Standard input is too long for this command.' });
      }
      chunks.push(bytes);
    }
  } finally {
    signal.removeEventListener('abort', destroy);
  }
  return Buffer.concat(chunks).toString('utf8');
}
