import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FobError } from '../errors.ts';
import { packageRoot } from './package-root.ts';

/**
 * Runs a simulated fob as a process of its own, on this process's standard streams, until it ends.
 * @param args for the simulator, as its `--help` documents them
 * @returns its exit code: 0 ended as asked, 1 failed, 2 wrong usage
 * @throws FobError `no-fob` where it is not built
 */
export async function simulate(args: readonly string[]): Promise<number> {
  const main = join(packageRoot(), 'dist', 'simulator', 'main.js');
  if (!existsSync(main)) {
    throw new FobError('no-fob', { sentence: 'The simulator is not built.', next: 'Run: npm run build' });
  }
  const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
  // Ctrl-C reaches both processes of a terminal; the simulator ends by itself then, and this one after it.
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const stay = () => undefined;
  process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', stay);
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', code => resolve(code ?? 1));
    });
  } finally {
    process.off('SIGTERM', forward).off('SIGHUP', forward).off('SIGINT', stay);
  }
}
