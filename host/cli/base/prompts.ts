import { createInterface } from 'node:readline';
import { FobError } from '../../errors.ts';
import { URI_BYTES_MAX } from '../../limits.ts';
import { withShortLines } from '../../read-whole.ts';
import { printable, type Terminal } from './terminal.ts';

/** Questions go to standard error; answers come from the keyboard, or line by line from piped input. */
export interface Prompts {
  /**
   * Asks for the code on the fob and echoes stars. @param until cancels the question when the answer is no longer
   * needed @param fault of the last code
   */
  code(isAgain: boolean, until?: AbortSignal, fault?: string): Promise<string>;
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

export function promptsOn(terminal: Terminal, signal: AbortSignal): Prompts {
  const { stdin, stderr } = terminal;
  const asked = { input: stdin, output: stderr, signal };
  let lines: PipedLines | undefined;
  let asking: Promise<string> | undefined;
  const piped = () => {
    lines ??= pipedLines(terminal, signal);
    return lines;
  };
  return {
    code: (isAgain, until, fault = 'A character is wrong.') => {
      const message = `${isAgain ? `${fault} ` : ''}Code on the screen of the fob:`;
      if (stdin.isTTY) {
        const either = until === undefined ? signal : AbortSignal.any([signal, until]);
        asking = after(asking, either, () =>
          orCancelled(askHidden({ message, mask: true }, { ...asked, signal: either })),
        );
        return asking;
      }
      terminal.note(`${message}\n`);
      return piped().next(until);
    },
    activation: isWhole => {
      if (stdin.isTTY) return orCancelled(askHidden({ message: 'Activation string (not shown):' }, asked));
      if (isWhole) return wholeInput(stdin, signal);
      terminal.note('Activation string:\n');
      return piped().next();
    },
    uri: message => (stdin.isTTY ? orCancelled(askHidden({ message }, asked)) : wholeInput(stdin, signal)),
    async secret(message) {
      if (stdin.isTTY) return orCancelled(askHidden({ message: printable(message) }, asked));
      throw new FobError('usage', {
        sentence: 'The file needs a password or key, and this command cannot ask for it here.',
        next: 'Name a file that holds it: --password-file FILE or --key-file FILE (/dev/fd/3 is one, too).',
      });
    },
    async confirm(question) {
      if (!stdin.isTTY) {
        throw new FobError('usage', {
          sentence: 'This command needs a confirmation, and it cannot ask for one here.',
          next: 'Add --yes.',
        });
      }
      return orCancelled(askConfirmation({ message: printable(question), default: false }, asked));
    },
    password: async (file, isNew) =>
      (await import('./passwords.ts')).passwordFor(terminal, { file, isNew, signal }),
    close: () => {
      lines?.close();
      stdin.pause();
    },
  };
}

type PromptLibrary = typeof import('@inquirer/prompts');

// The library is loaded when a person is asked: most commands ask nothing.

async function askHidden(...question: Parameters<PromptLibrary['password']>): Promise<string> {
  return (await import('@inquirer/prompts')).password(...question);
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
function pipedLines({ stdin }: Terminal, signal: AbortSignal): PipedLines {
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
