import { randomInt } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LOCK_TRIES, LOCK_WAIT_MAX_MS, STATE_FILE_MODE } from '../../base/limits.ts';
import { refuseMissingFolder, StartRefused } from '../../base/node/start-refused.ts';

/**
 * Keeps other simulated fobs away from a storage file by an empty file beside it, whose name names a process. Each
 * process makes its own and then looks for those of others, so of two at once at least one sees the other. A process
 * that has ended never comes back, so anybody may delete its lock at any time.
 * @param pid the process that uses the file
 * @returns a function that removes the lock
 * @throws StartRefused if another running process has a lock, or the folder does not exist
 */
export function lockStorage(storage: string, pid = process.pid): () => void {
  refuseMissingFolder(storage);
  const start = `${realPath(storage)}.lock.`;
  const ours = `${start}${nameOf(pid)}`;
  for (let tries = 1; ; tries++) {
    if (isTaken(start, ours)) return () => rmSync(ours, { force: true });
    if (tries === LOCK_TRIES) {
      throw new StartRefused(
        `${storage} is in use by another simulated fob.`,
        'End it (Ctrl-C), or name another file.',
      );
    }
    // Two that saw each other both gave way: one of them is earlier next time.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, randomInt(1, LOCK_WAIT_MAX_MS));
  }
}

/** Makes our lock; false, and without it, if another process has one, or this one already. */
function isTaken(start: string, ours: string): boolean {
  if (isHeld(start, ours) || !isMade(ours)) return false;
  if (!isHeld(start, ours)) return true;
  rmSync(ours, { force: true });
  return false;
}

/** Whether another running process has a lock. Deletes those of ended processes. */
function isHeld(start: string, ours: string): boolean {
  const folder = dirname(start);
  const others = readdirSync(folder)
    .map(name => join(folder, name))
    .filter(path => path !== ours && path.startsWith(start) && NAME.test(path.slice(start.length)));
  return others.some(path => {
    const name = path.slice(start.length);
    const isRunning = nameOf(Number.parseInt(name, 10)) === name;
    if (!isRunning) rmSync(path, { force: true });
    return isRunning;
  });
}

/** The same for all links to the file, so that they share a lock. The file may be new; its folder is not. */
function realPath(storage: string): string {
  try {
    return realpathSync(storage);
  } catch {
    return join(realpathSync(dirname(storage)), basename(storage));
  }
}

/** Creates the lock; false if it exists. */
function isMade(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', STATE_FILE_MODE));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

const NAME = /^\d+(?:-\d+-[\da-f-]+)?$/;

/**
 * Names a process in a lock; empty if it has ended. On Linux with its time of start, as another process may have the
 * number later (proc_pid_stat(5): state is field 3, starttime 22), and with the boot from which that time counts.
 */
function nameOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return '';
  }
  if (process.platform !== 'linux') return String(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return fields[0] === 'Z' ? '' : `${pid}-${fields[19]}-${boot}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return '';
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
