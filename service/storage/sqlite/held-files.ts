import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { identityOf, resolved, SQLITE_SUFFIXES } from 'passfob/database-file';

/** The files of an opened database. */
export interface HeldFiles {
  /**
   * Whether they are still on the disk under their names, and this process still has its locks on them. If not,
   * another program does not see later writes, and may delete them. The check opens no file of the database.
   */
  areHeld(): boolean;
}

const DESCRIPTORS = '/proc/self/fd';
/** Tells other threads that this system reports locks, as was once observed. */
const TELLS_OF_LOCKS = 'passfob.tells-of-locks';

/** A lock that SQLite holds from the first statement of a connection to its end: bytes of the file, from first to last. */
interface HeldLock {
  readonly first: number;
  readonly last: number;
}

/**
 * For the database, its write-ahead log and their shared memory: SHARED_FIRST and UNIX_SHM_DMS in SQLite's
 * `os_unix.c`.
 */
const LOCKS: readonly (HeldLock | undefined)[] = [
  { first: 0x40000002, last: 0x400001ff },
  undefined,
  { first: 128, last: 128 },
];

/**
 * Remembers the files of a database that SQLite has just opened and read.
 *
 * On Linux the files are compared with those of this process's descriptors, and the locks with those that the system
 * reports. Elsewhere they are compared with the files that had their names when the database was opened.
 */
export function holdFiles(path: string): HeldFiles {
  const names = SQLITE_SUFFIXES.map((suffix, index) => (index === 0 ? path : `${resolved(path)}${suffix}`));
  const remembered = names.map(identityOf);
  const hasDescriptors = existsSync(DESCRIPTORS);
  let found: OpenFiles = { isStale: false, descriptors: [] };

  const isSame = (identity: string | undefined, index: number) =>
    identity !== undefined && identity === remembered[index];
  const areOpenAndLocked = () =>
    !found.isStale &&
    found.descriptors.length > 0 &&
    found.descriptors.every((descriptor, index) => {
      const isOpen = isSame(identityOf(`${DESCRIPTORS}/${descriptor}`), index);
      return isOpen && hasLock(descriptor, LOCKS[index]);
    });
  return {
    areHeld() {
      if (!names.map(identityOf).every(isSame)) return false;
      if (!hasDescriptors || areOpenAndLocked()) return true;
      // The remembered descriptors may have belonged to another connection, which has been closed.
      found = descriptorsOf(names.map(resolved), remembered);
      return areOpenAndLocked();
    },
  };
}

/** The files behind the descriptors of this process. */
interface OpenFiles {
  /**
   * Whether a descriptor refers to a file that formerly had one of our names: another connection lost it, and shares
   * memory with this one.
   */
  readonly isStale: boolean;
  /** One per file; undefined if no descriptor refers to it, or none has the lock. */
  readonly descriptors: readonly (string | undefined)[];
}

function descriptorsOf(names: readonly string[], files: readonly (string | undefined)[]): OpenFiles {
  const all = readdirSync(DESCRIPTORS).map(descriptor => ({
    descriptor,
    file: identityOf(`${DESCRIPTORS}/${descriptor}`),
    name: nameOf(descriptor),
  }));
  return {
    isStale: all.some(({ file, name }) => names.includes(name) && !files.includes(file)),
    descriptors: files.map((wanted, index) => {
      const open = all.filter(({ file }) => file !== undefined && file === wanted);
      // The system reports a lock at the descriptor that took it; it holds for the whole process.
      return open.find(({ descriptor }) => hasLock(descriptor, LOCKS[index]))?.descriptor;
    }),
  };
}

/** Returns the name under which a file was opened, even if it was deleted. */
function nameOf(descriptor: string): string {
  try {
    return readlinkSync(`${DESCRIPTORS}/${descriptor}`).replace(/ \(deleted\)$/, '');
  } catch {
    return '';
  }
}

/** Whether the lock is there; assumed if the system has never reported a lock. */
function hasLock(descriptor: string | undefined, lock: HeldLock | undefined): boolean {
  if (descriptor === undefined) return false;
  if (lock === undefined) return true;
  if (isTold(descriptor, lock)) {
    setEnvironmentData(TELLS_OF_LOCKS, true);
    return true;
  }
  return getEnvironmentData(TELLS_OF_LOCKS) !== true;
}

/** A line such as `lock: 1: POSIX  ADVISORY  READ 4711 fe:00:1234 128 128` (proc_pid_fdinfo(5)); the system merges neighbours. */
const LOCK = /^lock:\t\d+: POSIX .* (\d+) (\d+|EOF)$/gm;

function isTold(descriptor: string, { first, last }: HeldLock): boolean {
  return [...locksOf(descriptor).matchAll(LOCK)].some(
    ([, from, to]) => Number(from) <= first && (to === 'EOF' || Number(to) >= last),
  );
}

function locksOf(descriptor: string): string {
  try {
    return readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
  } catch {
    return '';
  }
}
