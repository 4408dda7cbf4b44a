import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { FobError, systemCode } from '../errors.ts';
import { readPlainFile } from '../read-whole.ts';
import type { RpChip } from './boards.ts';
import { BOOTSEL_INFO_BYTES_MAX, BOOTSEL_PIECE_BYTES, DRIVES_MAX, UF2_BLOCK_BYTES } from './limits.ts';

/** The drive that a Raspberry Pi Pico is while its boot loader runs (BOOTSEL), as the system mounts it. */
export interface BootselDrive {
  readonly folder: string;
  readonly chip: RpChip;
}

const INFO_FILE = 'INFO_UF2.TXT';
/** `Board-ID` in that file, by the boot ROMs of the chips. */
const BOARD_IDS: ReadonlyMap<string, RpChip> = new Map([
  ['RPI-RP2', 'RP2040'],
  ['RP2350', 'RP2350'],
]);
/** Any name: the boot loader looks at the blocks that are written. */
const UF2_NAME = 'PASSFOB.UF2';
/** A new file. Any drive may call itself a boot loader's, and have a link of this name to a file elsewhere. */
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0);

/** Windows gives a drive that is plugged in one of these. */
const LETTERS = 'DEFGHIJKLMNOPQRSTUVWXYZ';

/** Returns the folders in which a system mounts drives, and Windows' drives themselves. */
export async function mountedFolders(platform: string): Promise<string[]> {
  if (platform === 'win32') {
    return [...LETTERS].map(letter => `${letter}:\\`);
  }
  const user = userInfo().username;
  const parents =
    platform === 'darwin' ? ['/Volumes'] : [`/run/media/${user}`, `/media/${user}`, '/media', '/mnt'];
  const folders = await Promise.all(
    parents.map(async parent => {
      const names = await readdir(parent).catch(() => []);
      return names.slice(0, DRIVES_MAX).map(name => join(parent, name));
    }),
  );
  return folders.flat();
}

/** Returns the chip of a drive; undefined for a folder that is no such drive. */
export function chipOfDrive(folder: string): RpChip | undefined {
  try {
    const text = readPlainFile(join(folder, INFO_FILE), BOOTSEL_INFO_BYTES_MAX).toString('latin1');
    const [, id = ''] = /^Board-ID:[ \t]*([\w-]+)[ \t]*\r?$/m.exec(text) ?? [];
    return BOARD_IDS.get(id);
  } catch {
    return undefined;
  }
}

export function bootselDrivesIn(folders: readonly string[]): BootselDrive[] {
  return folders.flatMap(folder => {
    const chip = chipOfDrive(folder);
    return chip === undefined ? [] : [{ folder, chip }];
  });
}

/** How a copy ended. unsure: all was handed to the system, which does not say that the drive took it. */
export type Copied = 'whole' | 'unsure';

/**
 * Copies a UF2 file onto the drive. The boot loader starts the program at the last block and the drive is gone, often before the
 * system has finished the file: its error then means nothing.
 * @param report how many bytes the system has taken
 * @throws FobError `unplugged` if the drive was gone before the end, `refused` if it cannot be written, `cancelled`
 */
export async function copyUf2(
  drive: BootselDrive,
  bytes: Uint8Array,
  report: (bytesDone: number) => void,
  signal?: AbortSignal,
  openFile: OpenFile = open,
): Promise<Copied> {
  let done = 0;
  try {
    const file = await openFile(join(drive.folder, UF2_NAME), NEW_FILE);
    try {
      while (done < bytes.length) {
        if (signal?.aborted) throw new FobError('cancelled');
        const piece = bytes.subarray(done, done + BOOTSEL_PIECE_BYTES);
        const { bytesWritten } = await file.write(piece);
        done += bytesWritten;
        // Otherwise the system takes all at once, and a pulled cable shows at the end.
        if (done < bytes.length) await file.sync();
        report(done);
      }
      await file.sync();
    } finally {
      await file.close().catch(() => undefined);
    }
    return 'whole';
  } catch (cause) {
    if (cause instanceof FobError) throw cutOff(drive, done, bytes.length, cause);
    if (done === bytes.length) return 'unsure';
    throw cutOff(drive, done, bytes.length, cause);
  }
}

/** The part of `node:fs` that a copy uses, so that tests can pull the cable. */
export type OpenFile = (path: string, flags: number) => Promise<OpenedFile>;

interface OpenedFile {
  write(bytes: Uint8Array): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

const AGAIN =
  'The boot loader cannot be lost: unplug the board, hold its button BOOTSEL while you plug it in again, and run the same command again.';

function cutOff({ folder }: BootselDrive, done: number, total: number, cause: unknown): FobError {
  const isOurs = cause instanceof FobError;
  if (systemCode(cause) === 'ELOOP') {
    return new FobError('refused', {
      sentence: `${join(folder, UF2_NAME)} is a link, which no boot loader's drive has. Nothing was written.`,
      next: 'Do not use this drive. Name the right one with --drive.',
      cause,
    });
  }
  const mayNotWrite = ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(cause));
  if (mayNotWrite && done < UF2_BLOCK_BYTES) {
    return new FobError('refused', {
      sentence: `The drive ${folder} cannot be written by this user. Nothing was written.`,
      next: 'Mount it so that you may write to it, then run the same command again.',
      cause,
    });
  }
  return new FobError(isOurs ? cause.kind : 'unplugged', {
    sentence: `The copy of Espruino onto ${folder} ended after ${done} of ${total} bytes.`,
    next: AGAIN,
    details: { bytesDone: done, bytesTotal: total },
    cause,
  });
}

/** After a copy: the board did not come back. @param isWhole whether the system said that all of it was written */
export function notBack(isWhole: boolean): FobError {
  return new FobError('no-answer', {
    sentence: isWhole
      ? 'Espruino was copied onto the board, which has not come back as a serial port.'
      : 'The board left while Espruino was copied, and has not come back as a serial port: the copy may be cut off.',
    next: `Plug the board in again; if it appears (passfob devices --all), run the command without --uf2. ${AGAIN}`,
  });
}
