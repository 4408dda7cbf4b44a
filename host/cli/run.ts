import { packageVersion } from '../commands/package-root.ts';
import { isFobError } from '../errors.ts';
import type { Invocation } from './base/command.ts';
import { withDoctor } from './base/doctor-hint.ts';
import { EXIT_CODES } from './base/exit-codes.ts';
import { sayDryRun, sayError, sayReport } from './base/report.ts';
import { type Terminal, withTypedCommands } from './base/terminal.ts';
import { COMPLETE, isJsonAsked, VERSION_ARGUMENTS } from './early-arguments.ts';
import { withOwner } from './owner-hint.ts';

/**
 * Runs the command line: parses, prompts, prints.
 * @param args without the program's own name
 * @param given the terminal
 * @returns the exit code
 */
export async function run(args: readonly string[], given: Terminal, signal: AbortSignal): Promise<number> {
  const terminal = withTypedCommands(given);
  const isJson = isJsonAsked(args);
  let invocation: Invocation | undefined;
  try {
    const [first = '', ...rest] = args;
    if (VERSION_ARGUMENTS.includes(first) && rest.length === 0) {
      terminal.out(`${packageVersion()}\n`);
      return EXIT_CODES.ok.code;
    }
    if (first === COMPLETE) {
      const { completions } = await import('./completion.ts');
      const found = await completions(rest, terminal.environment);
      terminal.out(
        found.map(({ value, about }) => (about === '' ? `${value}\n` : `${value}\t${about}\n`)).join(''),
      );
      return EXIT_CODES.ok.code;
    }
    const { commandTable } = await import('./table.ts');
    const entry = (await commandTable(args)).find(({ name }) => name === first);
    if (entry?.takeOver) return await entry.takeOver(rest);
    const { readArguments } = await import('./arguments.ts');
    const parsed = await readArguments(args, terminal.environment, line => terminal.note(`${line}\n`));
    if ('help' in parsed) terminal.out(`${parsed.help}\n`);
    else {
      invocation = parsed.invocation;
      const report = await invocation.run({ isJson, terminal, signal });
      if (report) await sayReport(terminal, isJson, report);
    }
    return EXIT_CODES.ok.code;
  } catch (error) {
    if (isFobError(error, 'dry-run')) return await sayDryRun(terminal, isJson, error);
    const known = await withOwner(error, terminal.environment);
    // The doctor itself has said what it knows.
    const isDoctor = invocation?.command === 'doctor';
    return sayError(terminal, isJson, isDoctor ? known : withDoctor(known, invocation?.choice.port));
  }
}
