import { createInterface } from 'node:readline';
import { confirm, password } from '@inquirer/prompts';
import { FobError } from '../../errors.ts';
import { URI_BYTES_MAX } from '../../limits.ts';
import { passwordFor } from './passwords.ts';
import { printable, type Terminal } from './terminal.ts';

/** Questions go to standard error; answers come from the keyboard, or line by line from what is piped in. */
export interface Prompts {
  /** Has the person type what the fob shows, and shows stars for it. @param until ends the asking: the answer is not wanted any more */
  code(isAgain: boolean, until?: AbortSignal): Promise<string>;
  /** An activation string: never shown while it is typed. @param isWhole standard input holds it, and nothing else */
  activation(isWhole: boolean): Promise<string>;
  /** A key URI: never shown while it is typed. */
  uri(): Promise<string>;
  /** A password or key: never shown while it is typed. @throws FobError `usage` where nobody can be asked */
  secret(message: string): Promise<string>;
  /** @throws FobError `usage` where nobody can be asked */
  confirm(question: string): Promise<boolean>;
  /** A password of a file, or typed unseen. @throws FobError `bad-input`, `usage` where nobody can be asked */
  password(file: string | undefined, isNew: boolean): Promise<string>;
  /** Lets go of standard input, so that the process can end. */
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
    code: (isAgain, until) => {
      const message = isAgain
        ? 'A character is wrong. Code on the screen of the fob:'
        : 'Code on the screen of the fob:';
      if (stdin.isTTY) {
        const either = until === undefined ? signal : AbortSignal.any([signal, until]);
        asking = after(asking, either, () =>
          orCancelled(password({ message, mask: true }, { ...asked, signal: either })),
        );
        return asking;
      }
      terminal.note(`${message}\n`);
      return piped().next(until);
    },
    activation: isWhole => {
      if (stdin.isTTY) return orCancelled(password({ message: 'Activation string (not shown):' }, asked));
      if (isWhole) return wholeInput(stdin, signal);
      terminal.note('Activation string:\n');
      return piped().next();
    },
    uri: () =>
      stdin.isTTY
        ? orCancelled(password({ message: 'Key URI (not shown):' }, asked))
        : wholeInput(stdin, signal),
    async secret(message) {
      if (stdin.isTTY) return orCancelled(password({ message: printable(message) }, asked));
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
      return orCancelled(confirm({ message: printable(question), default: false }, asked));
    },
    password: (file, isNew) => passwordFor(terminal, { file, isNew, signal }),
    close: () => {
      lines?.close();
      stdin.pause();
    },
  };
}

/** Asks before what is hard to undo. @throws FobError `cancelled` for a no, `usage` where nobody can be asked */
export async function makeSure(prompts: Prompts, question: string, otherwise: string): Promise<void> {
  if (!(await prompts.confirm(question))) throw new FobError('cancelled', { sentence: otherwise });
}

/**
 * Asks when the question before is over: one that is ended lets go of the keyboard a little later, and would take it from the
 * next one.
 * @throws FobError `cancelled` where the answer is not wanted any more by then
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

/** Ctrl-C and the signal come as errors of the prompt library. */
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

/** Lines of a pipe or file, one an answer. */
function pipedLines({ stdin }: Terminal, signal: AbortSignal): PipedLines {
  const hasEnded = stdin.readableEnded || stdin.destroyed;
  const reader = createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = reader[Symbol.asyncIterator]();
  /** A line that was asked for and is not there yet: it answers the next question if not this one. */
  let coming: ReturnType<typeof lines.next> | undefined;
  return {
    async next(until) {
      const either = until === undefined ? signal : AbortSignal.any([signal, until]);
      // Of a stream that was read to its end no reader ever hears again.
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

/** All of standard input, for what is piped in whole. */
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
