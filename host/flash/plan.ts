import { FobError } from '../errors.ts';
import type { BoardFile } from './image.ts';
import { STORAGE_ALIGN_BYTES, STORAGE_HEADER_BYTES, STORAGE_RESERVE_BYTES } from './limits.ts';
import type { StoredFile, Survey } from './survey.ts';

/** Changes to a board's Storage, in this order: remove, erase, compact, write. */
export interface FlashPlan {
  /** The user's own files that would keep the fob from starting. */
  readonly remove: readonly string[];
  /** Outdated files of ours. */
  readonly erase: readonly string[];
  readonly isCompacting: boolean;
  /** Whether all of Storage is erased first. */
  readonly isErasingAll: boolean;
  readonly write: readonly BoardFile[];
  readonly bytes: number;
  /** All other files. */
  readonly keep: readonly string[];
}

/** Erased first, so that after a power cut the board boots with its console open. */
const GATE = '.boot0';
/** In this order: the application before `.boot0`, which closes the console and comes last. */
const WRITE_ORDER = ['keys', 'birth', '.bootcde', 'app', GATE];
/** The files of PIN attempt counters. */
const MARKS = /^marks\d+$/;
/** A real file name; a damaged header gives other names. */
const PRINTABLE = /^[ -~]+$/;
/** Espruino runs these instead of `.bootcde` (jsinteractive.c). */
const IN_THE_WAY = ['.bootrst', '.varimg'];

/**
 * Plans the changes after which Storage holds the wanted files.
 *
 * While anything is written there is no `.boot0`, which would close the console: after a power cut the board boots
 * with a console, over which the same command can be repeated. For the same reason nothing is overwritten: a file is
 * erased first. A compaction happens before anything new is written, because a power cut during it may cost all of
 * Storage or damage single files.
 * @throws FobError `refused` if it cannot fit
 */
export function planOf(found: Survey, wanted: readonly BoardFile[]): FlashPlan {
  const names = wanted.map(({ name }) => name);
  const remove = found.names.filter(name => IN_THE_WAY.includes(name));
  const keep = found.names.filter(name => !names.includes(name) && !remove.includes(name));
  const changed = wanted.filter(file => !isSame(found.files.get(file.name), file));
  if (changed.length === 0)
    return { remove, erase: [], isCompacting: false, isErasingAll: false, write: [], bytes: 0, keep };
  const write = wanted
    .filter(file => changed.includes(file) || file.name === GATE)
    .sort((one, other) => WRITE_ORDER.indexOf(one.name) - WRITE_ORDER.indexOf(other.name));
  const erase = write
    .map(({ name }) => name)
    .filter(name => found.names.includes(name))
    .reverse();
  const needed = write.reduce((sum, file) => sum + capacityOf(file.bytes.length), STORAGE_RESERVE_BYTES);
  const freed = erase.reduce((sum, name) => sum + capacityOf(found.files.get(name)?.bytes ?? 0), 0);
  checkCapacity(needed, found.freeBytes + found.trashBytes + freed);
  const bytes = write.reduce((sum, file) => sum + file.bytes.length, 0);
  return { remove, erase, isCompacting: needed > found.freeBytes, isErasingAll: false, write, bytes, keep };
}

/**
 * Like `planOf`, but erases all of Storage first: a file header damaged by a power cut may hold a name that nothing
 * can erase. The PIN attempt counters are erased as well; the fob restores them from its sealed state.
 * @param wanted every file, including those that the board holds
 * @throws FobError `refused` if it cannot fit even then
 */
export function planAnew(found: Survey, wanted: readonly BoardFile[]): FlashPlan {
  const { totalBytes } = found;
  const empty = { ...found, names: [], files: new Map(), freeBytes: totalBytes, trashBytes: 0 };
  const plan = planOf(empty, wanted);
  const names = wanted.map(({ name }) => name);
  const remove = found.names.filter(
    name => !names.includes(name) && !MARKS.test(name) && PRINTABLE.test(name),
  );
  return { ...plan, remove, isErasingAll: true };
}

export function isSame(stored: StoredFile | undefined, file: BoardFile): boolean {
  return stored?.bytes === file.bytes.length && stored.crc === file.crc;
}

function capacityOf(bytes: number): number {
  return STORAGE_HEADER_BYTES + Math.ceil(bytes / STORAGE_ALIGN_BYTES) * STORAGE_ALIGN_BYTES;
}

function checkCapacity(needed: number, room: number): void {
  if (needed <= room) return;
  throw new FobError('refused', {
    sentence: `The firmware does not fit: it needs ${needed} bytes of the board's Storage, and only ${room} are available.`,
    next: 'Delete files of your own from its Storage, then run the command again.',
  });
}
