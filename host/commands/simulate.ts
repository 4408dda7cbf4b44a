import { existsSync } from 'node:fs';
import { FobError } from '../errors.ts';

/** The program of the simulator, and the function that runs it. */
export interface Simulator {
  readonly program: string;
  /** @param emulator finds the program of the emulator, for `--firmware` */
  simulate(args: readonly string[], argv0: string, emulator: () => Promise<string>): Promise<number>;
}

/**
 * Runs a simulated fob on this process's standard streams, until it ends.
 * @param args for the simulator, as its `--help` documents them
 * @param emulator finds the program of the emulator, for `--firmware`
 * @param isByNpx whether the person types `npx passfob`
 * @returns its exit code: 0 ended as asked, 1 failed, 2 wrong usage
 * @throws FobError `no-fob` if it is not built
 */
export async function simulate(
  { program, simulate: run }: Simulator,
  args: readonly string[],
  emulator: () => Promise<string>,
  isByNpx = false,
): Promise<number> {
  if (!existsSync(program)) {
    throw new FobError('no-fob', { sentence: 'The simulator is not built.', next: 'Run: npm run build' });
  }
  // The simulator's help and messages use this name.
  return run(args, isByNpx ? 'npx passfob simulate' : 'passfob simulate', emulator);
}
