import { fileURLToPath } from 'node:url';
import { hideBin } from 'yargs/helpers';
import { launch, nameOf } from './launch.ts';

// A parent needs little of the simulator, and each process loads only what it needs.
const args = hideBin(process.argv);
if (args[0] === 'run') {
  const { runCommand } = await import('./run-command.ts');
  process.exitCode = await runCommand(args.slice(1), `${nameOf(process.argv0)} run`);
} else if (Reflect.get(process, 'permission') === undefined) {
  // Only a process that was started with permissions has them to ask for.
  process.exit(await launch(fileURLToPath(import.meta.url), args, process.argv0));
} else {
  const { runProgram } = await import('./program.ts');
  await runProgram();
}
