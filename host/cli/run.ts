import { isFobError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { EXIT_CODES } from './base/exit-codes.ts';
import { sayDryRun, sayError, sayReport } from './base/report.ts';
import type { Terminal } from './base/terminal.ts';
import { completions } from './completion.ts';
import { COMPLETE } from './completion-scripts.ts';
import { commandTable } from './table.ts';

/**
 * Runs the command line: parses, prompts, prints.
 * @param args without the program's own name
 * @returns the exit code
 */
export async function run(args: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  // Looked up directly: errors must be JSON too, even if the rest cannot be parsed.
  const isJson = args.includes('--json');
  try {
    const [first, ...rest] = args;
    if (first === COMPLETE) {
      terminal.out((await completions(rest)).map(one => `${one}\n`).join(''));
      return EXIT_CODES.ok.code;
    }
    const entry = (await commandTable()).find(({ name }) => name === first);
    if (entry?.takeOver) return await entry.takeOver(rest);
    const parsed = await readArguments(args, terminal.environment, line => terminal.note(`${line}\n`));
    if ('help' in parsed) terminal.out(`${parsed.help}\n`);
    else {
      const report = await parsed.invocation.run({ isJson, terminal, signal });
      if (report) sayReport(terminal, isJson, report);
    }
    return EXIT_CODES.ok.code;
  } catch (error) {
    if (isFobError(error, 'dry-run')) return sayDryRun(terminal, isJson, error);
    return sayError(terminal, isJson, error);
  }
}
