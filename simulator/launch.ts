import { UsageError } from './base/usage-error.ts';
import { LIST } from './fault-options.ts';
import { faultList } from './faults/reports.ts';
import { parseOptions } from './options.ts';
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
 * @returns its exit code
 */
export async function launch(main: string, args: readonly string[], argv0: string): Promise<number> {
  try {
    const options = await parseOptions(args, nameOf(argv0));
    if (options.faults === LIST) {
      await new Promise<void>(written => process.stdout.write(faultList(), () => written()));
      return EXIT.done;
    }
    return await runPermitted(main, args, options, argv0);
  } catch (error) {
    process.stderr.write(`${nameOf(argv0)}: ${sentence(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}
