import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite from 'better-sqlite3';
import { createForSqlite } from './database-file.ts';
import { systemCode } from './errors.ts';
import { LOCK_MOMENT_MS, LOCK_RETRY_MS, LOCK_WAIT_MS } from './limits.ts';

/** Another process, or another part of this one, has the lock. */
export class FileLocked extends Error {
  override readonly name = 'FileLocked';
}

/** Returns the path of the lock that a process has while it reads, changes and replaces a file. */
function lockOf(path: string): string {
  return `${path}.lock`;
}

/**
 * Takes a lock that one process has at a time. It is SQLite's lock on an empty file, which the system releases when the
 * process ends, however it ends. The file stays: if it were deleted, two processes could lock two files of that name.
 *
 * @param waitMs blocks this thread for so long where another has it
 * @returns the function that releases it
 * @throws FileLocked, an error of the file system or of SQLite
 */
export function takeLock(path: string, waitMs = LOCK_MOMENT_MS): () => void {
  createForSqlite(path);
  const lock = new BetterSqlite(path, { timeout: waitMs });
  try {
    lock.exec('begin exclusive');
  } catch (error) {
    lock.close();
    if (!systemCode(error).startsWith('SQLITE_BUSY')) throw error;
    throw new FileLocked(path, { cause: error });
  }
  return () => void lock.close();
}

/** Makes the error of a caller that did not get a lock, from `FileLocked` or an error of the file system or SQLite. */
export type LockRefusal = (cause: unknown) => Error;

/** Runs work while this process alone may change a file. Waits a few seconds for another, and blocks this thread. */
export function whileLocked<T>(path: string, refusal: LockRefusal, work: () => T): T {
  const release = taken(() => takeLock(lockOf(path), LOCK_WAIT_MS), refusal);
  try {
    return work();
  } finally {
    release();
  }
}

function taken(take: () => () => void, refusal: LockRefusal): () => void {
  try {
    return take();
  } catch (error) {
    throw refusal(error);
  }
}

/** `whileLocked` for work that takes long: other parts of this process go on while it waits. */
export async function whileLockedFor<T>(
  path: string,
  refusal: LockRefusal,
  work: () => Promise<T>,
): Promise<T> {
  const release = await awaitLock(lockOf(path)).catch(error => {
    throw refusal(error);
  });
  try {
    return await work();
  } finally {
    release();
  }
}

async function awaitLock(path: string): Promise<() => void> {
  const giveUpAt = performance.now() + LOCK_WAIT_MS;
  for (;;)
    try {
      return takeLock(path);
    } catch (error) {
      if (!(error instanceof FileLocked) || performance.now() > giveUpAt) throw error;
      await wait(LOCK_RETRY_MS);
    }
}
