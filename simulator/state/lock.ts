import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LOCK_WRITE_MS, STATE_FILE_MODE } from '../base/limits.ts';
import { refuseMissingFolder, StartRefused } from '../platform/node/start-refused.ts';

/**
 * Keeps other simulated fobs away from a storage file by a lock file beside it, which names this process. The lock of
 * a process that has ended is replaced.
 * @returns a function that removes the lock
 * @throws StartRefused if another running process has the lock, or the folder does not exist
 */
export function lockStorage(storage: string): () => void {
  refuseMissingFolder(storage);
  const lock = `${realPath(storage)}.lock`;
  const ours = nameOf(process.pid);
  if (!written(lock, ours)) {
    const theirs = textOf(lock);
    if (isHeld(lock, theirs) || !removed(lock, theirs) || !written(lock, ours)) {
      throw new StartRefused(
        `${storage} is in use by another simulated fob.`,
        'End it (Ctrl-C), or name another file.',
      );
    }
  }
  return () => {
    if (textOf(lock) === ours) rmSync(lock, { force: true });
  };
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
function written(lock: string, text: string): boolean {
  try {
    writeFileSync(lock, text, { flag: 'wx', mode: STATE_FILE_MODE });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function textOf(lock: string): string {
  try {
    return readFileSync(lock, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

function isHeld(lock: string, text: string): boolean {
  const pid = Number(/^\d+/.exec(text)?.[0] ?? 0);
  if (pid > 0) return nameOf(pid) === text;
  // Its process may be about to write it, or was killed before it did.
  const changed = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - changed < LOCK_WRITE_MS;
}

/** Removes the lock of an ended process; false if another process has replaced it meanwhile, whose lock then stays. */
function removed(lock: string, text: string): boolean {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true;
    throw error;
  }
  if (textOf(aside) !== text) {
    renameSync(aside, lock);
    return false;
  }
  rmSync(aside);
  return true;
}

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
  if (process.platform !== 'linux') return `${pid}\n`;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return fields[0] === 'Z' ? '' : `${pid} ${fields[19]} ${boot}\n`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return '';
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
