import { packageVersion } from '../commands/package-root.ts';
import { FobError } from '../errors.ts';
import { choiceReader } from './base/common-options.ts';
import { commandLine } from './command-line.ts';
import type { Invocation } from './invocation.ts';
import { usageError } from './usage-errors.ts';

/** What the arguments ask for: a command, or a text to show. */
export type Parsed = { readonly invocation: Invocation } | { readonly help: string };

interface Words {
  readonly _: readonly (string | number)[];
}

interface Outcome {
  readonly error: unknown;
  /** The first word. */
  readonly command: string | number | undefined;
  readonly output: string;
}

/**
 * Reads the command line.
 * @throws FobError `usage`, `bad-input`; never quotes an argument's value, which may be a secret in the wrong place
 */
export async function readArguments(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  trace: (line: string) => void = () => undefined,
): Promise<Parsed> {
  refuseKeyUris(args);
  refuseActivations(args);
  let invocation: Invocation | undefined;
  const take = (made: Invocation) => {
    invocation = made;
  };
  const parser = await commandLine(take, choiceReader(environment, trace));
  const outcome = await new Promise<Outcome>((resolve, reject) => {
    Promise.resolve(
      parser.parse([...args], {}, (error: unknown, { _: [command] }: Words, output: string) =>
        resolve({ error, command, output }),
      ),
    ).catch(reject);
  }).catch(async error => {
    throw error instanceof FobError ? await usageError(error, args) : error;
  });
  if (outcome.error) throw await usageError(outcome.error, args);
  if (invocation) return { invocation };
  if (outcome.command === 'version') return { help: packageVersion() };
  return { help: outcome.output === '' ? await parser.getHelp() : outcome.output };
}

/** Everything on a command line can be read by every program on the machine and stays in the shell's history. */
function refuseKeyUris(args: readonly string[]): void {
  if (!args.some(arg => /otpauth(?:-migration)?:/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'A key URI on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Take it as known to others, then pipe a new one in with: passfob enroll --uri -',
  });
}

/** The same goes for activation strings, whole or in a link, in any case. */
function refuseActivations(args: readonly string[]): void {
  if (!args.some(arg => /pf1[02-9ac-hj-np-z\s-]{24}/i.test(arg))) return;
  throw new FobError('usage', {
    sentence:
      'An activation string on the command line can be read by every program on this machine and stays in the history of the shell.',
    next: 'Take it as known to others and ask for a new one; then run: passfob activate, which asks for it.',
  });
}
