import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { FobError } from '../errors.ts';

/**
 * Runs a simulated fob as a process of its own, on this process's standard streams, until it ends.
 * @param main the program of the simulator
 * @param args for the simulator, as its `--help` documents them
 * @param isByNpx whether the person types `npx passfob`
 * @returns its exit code: 0 ended as asked, 1 failed, 2 wrong usage
 * @throws FobError `no-fob` if it is not built
 */
export async function simulate(main: string, args: readonly string[], isByNpx = false): Promise<number> {
  if (!existsSync(main)) {
    throw new FobError('no-fob', { sentence: 'The simulator is not built.', next: 'Run: npm run build' });
  }
  // The simulator's help and messages use this name.
  const argv0 = isByNpx ? 'npx passfob simulate' : 'passfob simulate';
  const child = spawn(process.execPath, [main, ...args], { argv0, stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes, a script to this one only. The simulator ends once, however often it is
  // told so, and this process after it.
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  // On Windows `kill` ends a process in the middle of its work, and only a console interrupts.
  const interrupt = (signal: NodeJS.Signals) => process.platform === 'win32' || forward(signal);
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', interrupt);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', interrupt);
  }
}
