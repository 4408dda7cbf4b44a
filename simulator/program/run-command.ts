import type { OpenOwner } from '../scenarios/base/owner.ts';
import { runFiles } from '../scenarios/cli/run-files.ts';
import { runScenario } from '../scenarios/in-node.ts';

/**
 * `run FILE…` of the simulator, on this process's standard streams.
 * @param program its name in help and messages
 * @param owner plays the owner in steps that need one
 * @returns the exit code: 0 all passed, 1 one failed, 2 wrong usage or a file that cannot be read
 */
export function runCommand(args: readonly string[], program: string, owner?: OpenOwner): Promise<number> {
  return runFiles(args, {
    program,
    owner,
    stdin: process.stdin,
    run: runScenario,
    print: text => void process.stdout.write(text),
    printError: text => void process.stderr.write(text),
  });
}
