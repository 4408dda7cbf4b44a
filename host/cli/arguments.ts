import { FobError } from '../errors.ts';
import type { ArgumentReading, Invocation } from './base/command.ts';
import { choiceReader } from './base/common-options.ts';
import { commandLine } from './command-line.ts';
import { refuseFlagValues, withLiterals } from './raw-arguments.ts';

/** The parsed command line: a command, or a help text to show. */
export type Parsed = { readonly invocation: Invocation } | { readonly help: string };

/**
 * Parses the command line.
 * @throws FobError `usage`, `bad-input`; never quotes an argument's value, which may be a secret in the wrong place
 */
export async function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  trace: (line: string) => void = () => undefined,
): Promise<Parsed> {
  refuseKeyUris(args);
  refuseActivations(args);
  let read: (() => Promise<Invocation>) | undefined;
  const take = (given: () => Promise<Invocation>) => {
    read = given;
  };
  const reading: ArgumentReading = {
    take,
    choiceOf: choiceReader(environment, trace),
    serialOf: async text => (await import('./base/fob-names.ts')).knownSerial(text, environment),
  };
  const words = withLiterals(args);
  await refuseFlagValues(words).catch(async error => {
    throw await explained(error, words);
  });
  const parser = await commandLine(reading, words);
  const { error, output } = await new Promise<{ error: unknown; output: string }>((resolve, reject) => {
    Promise.resolve(
      parser.parse(words, {}, (error: unknown, _argv: unknown, output: string) => resolve({ error, output })),
    ).catch(reject);
  }).catch(async error => {
    throw error instanceof FobError ? await explained(error, words) : error;
  });
  if (error) throw await explained(error, words);
  const invocation = await read?.().catch(async error => {
    throw error instanceof FobError ? await explained(error, words) : error;
  });
  if (invocation) return { invocation };
  return { help: output === '' ? await parser.getHelp() : output };
}

/** The explanation is loaded where something is wrong. */
async function explained(error: unknown, words: readonly string[]): Promise<FobError> {
  return (await import('./usage-errors.ts')).usageError(error, words);
}

/** Every program on the machine can read a command line, and it stays in the shell's history. */
function refuseKeyUris(args: readonly string[]): void {
  if (!args.some(arg => /otpauth(?:-migration)?:/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'A key URI on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Treat it as exposed. Then pipe in a new one with: passfob enroll --uri -',
  });
}

/** Activation strings are refused for the same reason, bare or in a link, in any case. */
function refuseActivations(args: readonly string[]): void {
  if (!args.some(arg => /pf1[02-9ac-hj-np-z\s-]{24}/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'An activation string on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Treat it as exposed and get a new one. Then run: passfob activate, which asks for it.',
  });
}
