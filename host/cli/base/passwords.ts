import { FobError } from '../../errors.ts';
import { checkNewPassword } from '../../inventory/password-file.ts';
import { PASSWORD_FILE_BYTES_MAX } from '../../limits.ts';
import { readFirstLine } from '../../read-whole.ts';
import type { AnswerStream } from './terminal.ts';

/** Options of a question for a person. */
export interface Asked {
  readonly input: AnswerStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Returns a password: the first line of a file, or typed without echo. Never from the command line or the
 * environment, where others can read it.
 * @param toAsk undefined if nobody can be asked
 * @param isNew typed twice, with a minimum length
 * @throws FobError `bad-input`, `usage` if nobody can be asked, `cancelled`
 */
export async function passwordFor(
  toAsk: () => Promise<Asked | undefined>,
  { file, isNew, signal }: { file: string | undefined; isNew: boolean; signal: AbortSignal | undefined },
): Promise<string> {
  const password =
    file === undefined ? await typed() : await readFirstLine(file, PASSWORD_FILE_BYTES_MAX, signal);
  if (isNew) checkNewPassword(password);
  return password;

  async function typed(): Promise<string> {
    const context = await toAsk();
    if (!context) {
      throw new FobError('usage', {
        sentence: 'This command needs a password, and it cannot ask for one here.',
        next: 'Give it by a file that only you may read: --password-file FILE',
      });
    }
    const { password: ask } = await import('@inquirer/prompts');
    try {
      const first = await ask({ message: 'Password (not shown):' }, context);
      if (isNew && (await ask({ message: 'The same again:' }, context)) !== first) {
        throw new FobError('bad-input', {
          sentence: 'The two passwords are not the same.',
          next: 'Run the command again.',
        });
      }
      return first;
    } catch (error) {
      const isEnd = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
      throw isEnd ? new FobError('cancelled') : error;
    }
  }
}
