import { FobError } from '../errors.ts';
import type { BoardFile } from './image.ts';
import { STORAGE_ALIGN_BYTES, STORAGE_HEADER_BYTES, STORAGE_RESERVE_BYTES } from './limits.ts';
import type { StoredFile, Survey } from './survey.ts';

/** What is going to be done to a board's Storage, in this order: remove, erase, compact, write. */
export interface Plan {
  /** Files of somebody's own that would keep the fob from starting. */
  readonly remove: readonly string[];
  /** Ours that are out of date. */
  readonly erase: readonly string[];
  readonly isCompacting: boolean;
  readonly write: readonly BoardFile[];
  readonly bytes: number;
  /** Everything else. */
  readonly keep: readonly string[];
}

/** Taken first, so that from then on a board that lost its power comes up with its console open. */
const GATE = '.boot0';
/** In this order: the application before the gate, which is shut last of all. */
const WRITE_ORDER = ['keys', 'birth', '.bootcde', 'app', GATE];
/** Espruino runs these instead of `.bootcde`, or before it with the console theirs (jsinteractive.c). */
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
export function planOf(found: Survey, wanted: readonly BoardFile[]): Plan {
  const names = wanted.map(({ name }) => name);
  const remove = found.names.filter(name => IN_THE_WAY.includes(name));
  const keep = found.names.filter(name => !names.includes(name) && !remove.includes(name));
  const changed = wanted.filter(file => !isSame(found.files.get(file.name), file));
  if (changed.length === 0) return { remove, erase: [], isCompacting: false, write: [], bytes: 0, keep };
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
  return { remove, erase, isCompacting: needed > found.freeBytes, write, bytes, keep };
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
    sentence: `The firmware does not fit: it needs ${needed} bytes of the board's Storage, where ${room} can be had.`,
    next: 'Delete files of your own from its Storage, then run the command again.',
  });
}
