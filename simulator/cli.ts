import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FirmwareBoard } from './base/firmware-board.ts';
import type { OpenOwner } from './scenarios/base/owner.ts';

// By package name, not by the place of this file: in a bundle this file is elsewhere.
const manifest = createRequire(import.meta.url).resolve('@passfob/simulator/package.json');

/** Path of the built program (`npm run build`) that runs a simulated fob. */
export const program = join(dirname(manifest), 'dist', 'main.js');

/**
 * Runs a simulated fob on this process's standard streams, until it ends.
 * @param args as its `--help` documents them
 * @param argv0 its name in help and messages
 * @param emulator finds the program of `@passfob/emulator`, for `--firmware`; its errors pass through
 * @returns its exit code: 0 ended as asked, 1 failed, 2 wrong usage
 */
export async function simulate(
  args: readonly string[],
  argv0: string,
  emulator: () => Promise<string>,
): Promise<number> {
  const { launch } = await import('./program/launch.ts');
  return launch(program, args, argv0, emulator);
}

/**
 * Runs this program with an emulator in it, for `--firmware`.
 * @param main its file, which calls this function and does nothing else
 * @param firmwareBoard loads the emulator
 */
export async function runMain(main: string, firmwareBoard: () => Promise<FirmwareBoard>): Promise<void> {
  const { runMain: run } = await import('./program/run-main.ts');
  await run(main, firmwareBoard);
}

/**
 * Runs scenario files in this process, on its standard streams.
 * @param program its name in help and messages
 * @returns the exit code: 0 all passed, 1 one failed, 2 wrong usage or a file that cannot be read
 */
export async function runScenarios(
  args: readonly string[],
  program: string,
  owner: OpenOwner,
): Promise<number> {
  const { runCommand } = await import('./program/run-command.ts');
  return runCommand(args, program, owner);
}
