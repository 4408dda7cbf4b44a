import { closeSync, openSync, readFileSync, realpathSync, statfsSync, statSync } from 'node:fs';
import { FobError, systemCode } from './errors.ts';

/** The files of an SQLite database: the database, its write-ahead log and the shared memory. */
export const SQLITE_SUFFIXES = ['', '-wal', '-shm'] as const;

/** Paths of the databases that this thread has opened. */
const opened = new Set<string>();

/**
 * Creates an empty file, readable only by its owner, for SQLite to open; SQLite itself would follow the umask.
 *
 * Never opens an existing file. POSIX drops all locks of a process on a file as soon as the process closes any
 * descriptor of it (fcntl(2)). SQLite would rely on locks it no longer has, and another program would believe it is
 * the last user and delete the write-ahead log.
 */
export function createForSqlite(path: string): void {
  opened.add(path);
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

/** Whether a path leads to a file of a database opened here. Reading such a file would drop the locks on it. */
export function isOfOpenedDatabase(path: string): boolean {
  const found = identityOf(path);
  if (found === undefined) return false;
  return [...opened].some(database =>
    SQLITE_SUFFIXES.some(suffix => identityOf(`${resolved(database)}${suffix}`) === found),
  );
}

/**
 * Call before reading a file that a person names. @throws FobError `bad-input` for a file of a database opened here
 */
export function refuseOpenedDatabase(path: string): void {
  if (!isOfOpenedDatabase(path)) return;
  throw new FobError('bad-input', {
    sentence: `The file ${path} is part of a database of Passfob, which is in use.`,
    next: 'Name another file.',
  });
}

/** Returns a value that is unique among all existing files; undefined if there is no file. */
export function identityOf(path: string): string | undefined {
  try {
    // Inode numbers can exceed 2^53.
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

/** Resolves symbolic links; SQLite creates its other files beside the resolved path. */
export function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** statfs(2) types of file systems that other computers, or the host of a virtual machine, use too. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0x517b, 'smb'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x6b414653, 'afs'],
  [0x73757245, 'coda'],
  [0x564c, 'ncpfs'],
  [0x00c36400, 'ceph'],
  [0x0bd00bd0, 'lustre'],
  [0x47504653, 'gpfs'],
  [0x19830326, 'beegfs'],
  [0x013111a8, 'ibrix'],
  [0xaad7aaea, 'panfs'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x20030528, 'pvfs2'],
  [0x786f4256, 'vboxsf'],
  [0x7c7c6673, 'prl_fs'],
  [0xbacbacbc, 'vmhgfs'],
]);

const FUSE = 0x65735546;
/** FUSE programs that keep files on this computer. All others count as a network, because they may be one. */
const LOCAL_FUSE = new Set(
  'fuseblk bindfs encfs exfat ext2 fuse-overlayfs gocryptfs mergerfs ntfs-3g unionfs zfs'.split(' '),
);

/** The system's facts about a folder's file system. */
export interface FileSystemFacts {
  /** From statfs(2). */
  readonly type: number;
  /** From stat(2). */
  readonly device: bigint;
  /** `/proc/self/mountinfo` (proc(5)); empty if there is none. */
  readonly mounts: string;
}

/**
 * Returns the name of a folder's network file system, undefined if it is on this computer. On Linux by the type of
 * the file system; on Windows by the path, including drives; on macOS network folders are not recognised.
 *
 * Neither POSIX locks nor shared memory work between the computers of a network file system, and SQLite needs both.
 */
export function networkFileSystem(folder: string): string | undefined {
  if (process.platform === 'win32')
    return /^[\\/]{2}/.test(realpathSync.native(folder)) ? 'a network share' : undefined;
  if (process.platform !== 'linux') return undefined;
  const { type } = statfsSync(folder);
  const { dev } = statSync(folder, { bigint: true });
  return networkName({ type, device: dev, mounts: type === FUSE ? mountsOf() : '' });
}

/** Like `networkFileSystem`, from the system's facts. */
export function networkName({ type, device, mounts }: FileSystemFacts): string | undefined {
  // 32-bit processors return a signed number.
  const unsigned = type >>> 0;
  if (unsigned !== FUSE) return NETWORK_TYPES.get(unsigned);
  const name = mountedAs(device, mounts);
  return LOCAL_FUSE.has(name.replace(/^fuse\./, '')) ? undefined : name;
}

function mountsOf(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Returns the type under which a device is mounted. */
function mountedAs(device: bigint, mounts: string): string {
  // As in gnu_dev_major(3) and gnu_dev_minor(3).
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffffff00n);
  const line = mounts.split('\n').find(mount => mount.split(' ')[2] === `${major}:${minor}`);
  return line?.split(' - ')[1]?.split(' ')[0] ?? 'fuse';
}
