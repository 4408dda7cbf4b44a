import { FobError } from '../errors.ts';
import type { BoardFile } from './image.ts';
import { STORAGE_ALIGN_BYTES, STORAGE_HEADER_BYTES, STORAGE_RESERVE_BYTES } from './limits.ts';
import type { StoredFile, Survey } from './survey.ts';

/** What is going to be done to a board's Storage, in this order: remove, erase, compact, write. */
export interface FlashPlan {
  /** Files of somebody's own that would keep the fob from starting. */
  readonly remove: readonly string[];
  /** Ours that are out of date. */
  readonly erase: readonly string[];
  readonly isCompacting: boolean;
  /** All of Storage is erased first. */
  readonly isErasingAll: boolean;
  readonly write: readonly BoardFile[];
  readonly bytes: number;
  /** Everything else. */
  readonly keep: readonly string[];
}

/** Taken first, so that from then on a board that lost its power comes up with its console open. */
const GATE = '.boot0';
/** In this order: the application before the gate, which is shut last of all. */
const WRITE_ORDER = ['keys', 'birth', '.bootcde', 'app', GATE];
/** The counts of PIN attempts. */
const MARKS = /^marks\d+$/;
/** What somebody called a file; a torn header gives other names. */
const PRINTABLE = /^[ -~]+$/;
/** Espruino runs these instead of `.bootcde` (jsinteractive.c). */
const IN_THE_WAY = ['.bootrst', '.varimg'];

/**
 * What has to be done so that Storage holds the wanted files.
 *
 * While anything is written `.boot0`, which takes the console away, is not there: whenever the power goes, the board
 * comes back with a console, over which the same command is run again. For the same reason nothing is written over: a
 * file is erased first, and a compaction, in which a power cut may cost all of Storage or spoil single files, happens
 * before anything new is written.
 * @throws FobError `refused` where it cannot fit
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
  const needed = write.reduce((sum, file) => sum + roomOf(file.bytes.length), STORAGE_RESERVE_BYTES);
  const freed = erase.reduce((sum, name) => sum + roomOf(found.files.get(name)?.bytes ?? 0), 0);
  checkRoom(needed, found.freeBytes + found.trashBytes + freed);
  const bytes = write.reduce((sum, file) => sum + file.bytes.length, 0);
  return { remove, erase, isCompacting: needed > found.freeBytes, isErasingAll: false, write, bytes, keep };
}

/**
 * The same where only erasing all of Storage makes room: what a power cut left of a file's header may hold a name that
 * nothing can erase. The counts of PIN attempts go as well; the fob makes them again from its sealed state.
 * @param wanted every file, those too that the board holds
 * @throws FobError `refused` where it cannot fit even so
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

function roomOf(bytes: number): number {
  return STORAGE_HEADER_BYTES + Math.ceil(bytes / STORAGE_ALIGN_BYTES) * STORAGE_ALIGN_BYTES;
}

function checkRoom(needed: number, room: number): void {
  if (needed <= room) return;
  throw new FobError('refused', {
    sentence: `The firmware does not fit: it needs ${needed} bytes of the board's Storage, and only ${room} are available.`,
    next: 'Delete files of your own from its Storage, then run the command again.',
  });
}
