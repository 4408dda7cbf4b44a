import type { FirmwareBoard } from '../base/firmware-board.ts';
import { launch, nameOf } from './launch.ts';

/**
 * Runs the program in both of its processes: the parent, which a person starts, and under it the one with the interpreter,
 * which has few permissions.
 * @param main its file
 * @param firmwareBoard loads what `--firmware` needs
 */
export async function runMain(main: string, firmwareBoard?: () => Promise<FirmwareBoard>): Promise<void> {
  // A parent needs little of the simulator, and each process loads only what it needs.
  const args = process.argv.slice(2);
  if (args[0] === 'run') {
    const { runCommand } = await import('./run-command.ts');
    process.exitCode = await runCommand(args.slice(1), `${nameOf(process.argv0)} run`);
  } else if (Reflect.get(process, 'permission') === undefined) {
    // Only a process that was started with permissions has them to ask for.
    process.exit(await launch(main, args, process.argv0));
  } else {
    const { runProgram } = await import('./program.ts');
    await runProgram(firmwareBoard);
  }
}
