import { UsageError } from '../base/usage-error.ts';
import { faultList } from '../faults/reports.ts';
import { LIST } from './fault-options.ts';
import { parseOptions, type SimulatorOptions } from './options.ts';
import { runPermitted } from './permitted/parent.ts';

/** Exit codes, as `--help` documents them. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Returns its name in help and messages: `passfob simulate`, with or without npx, starts it under its own. */
export function nameOf(argv0: string): string {
  return /^(npx )?passfob simulate$/.test(argv0) ? argv0 : 'simulator';
}

export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs a simulated fob on this process's standard streams, until it ends: its interpreter in a process with few
 * permissions.
 * @param main the built program
 * @param emulator finds the program that has an emulator, for `--firmware`; its errors are the caller's
 * @returns its exit code
 */
export async function launch(
  main: string,
  args: readonly string[],
  argv0: string,
  emulator = async () => main,
): Promise<number> {
  let options: SimulatorOptions;
  try {
    options = await parseOptions(args, nameOf(argv0));
    if (options.faults === LIST) {
      await new Promise<void>(written => process.stdout.write(faultList(), () => written()));
      return EXIT.done;
    }
  } catch (error) {
    return said(error, argv0);
  }
  const program = options.firmware === undefined ? main : await emulator();
  return runPermitted(program, args, options, argv0).catch(error => said(error, argv0));
}

/** Returns the exit code. */
function said(error: unknown, argv0: string): number {
  process.stderr.write(`${nameOf(argv0)}: ${sentence(error)}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}
