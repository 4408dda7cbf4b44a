import { printable, type Terminal } from 'passfob/cli/base/terminal';
import { FobError } from 'passfob/errors';
import { ServiceError } from '../base/errors.ts';
import type { Result } from '../base/results.ts';
import { serveTexts } from '../base/texts/serve.ts';
import type { Mistake } from '../node/configuration/read.ts';

/** Turns an error of the service into one of the command line: its text is a sentence and the next step. */
export function serviceError(error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const [, sentence = error.message, next = ''] = /^(.*?[.]) (.*)$/s.exec(error.message) ?? [];
  return new FobError('service', {
    sentence,
    ...(next !== '' && { next }),
    details: { code: error.code },
    cause: error,
  });
}

/** Returns the value of a result. @throws ServiceError `refused`: the refusal's text says what to do */
export function valueIn<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ServiceError('refused', result.refusal.text);
}

/** Prints every mistake of a configuration. @throws FobError `configuration` */
export function refuseConfiguration(
  mistakes: readonly Mistake[],
  isJson: boolean,
  terminal: Terminal,
): never {
  if (!isJson)
    for (const { sentence, next } of mistakes)
      terminal.note(`${printable(sentence)}\n  ${printable(next)}\n`);
  throw new FobError('configuration', {
    sentence: serveTexts.configurationWrong(mistakes.length),
    details: { mistakes },
  });
}
