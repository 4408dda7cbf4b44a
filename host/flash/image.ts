import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { FobError } from '../errors.ts';
import type { FlashBoardName } from './boards.ts';

/** A file for a board's Storage. */
export interface BoardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly crc: number;
}

/** The built firmware of a board. */
export interface Image {
  readonly board: FlashBoardName;
  /** The version that the fob reports in its hello. */
  readonly firmware: string;
  readonly files: readonly BoardFile[];
}

const MANIFEST = 'manifest.json';
/** The firmware does not start without all of these. */
const NEEDED = ['.boot0', '.bootcde', 'app'];

export function boardFile(name: string, bytes: Uint8Array): BoardFile {
  return { name, bytes, crc: crc32(bytes) };
}

/**
 * Reads the image of a board.
 * @param folder that holds a folder for each board, `dist/image` of the firmware's package
 * @throws FobError `bad-input` if it is not built, or incomplete
 */
export function readImage(folder: string, board: FlashBoardName): Image {
  const path = join(folder, board);
  try {
    const files = readdirSync(path)
      .filter(name => name !== MANIFEST)
      .sort()
      .map(name => boardFile(name, new Uint8Array(readFileSync(join(path, name)))));
    const firmware = versionIn(path);
    if (!NEEDED.every(name => files.some(file => file.name === name))) throw new Error('a file is missing');
    return { board, firmware, files };
  } catch (cause) {
    throw new FobError('bad-input', {
      sentence: `The firmware image for ${board} is missing or incomplete.`,
      next: 'Run: npm run build',
      cause,
    });
  }
}

/**
 * Returns the version of a board's image without its files; undefined if it is not built.
 * @param board name of a folder in `folder`: never text from a fob
 */
export function imageVersion(folder: string, board: string): string | undefined {
  try {
    return versionIn(join(folder, board));
  } catch {
    return undefined;
  }
}

/** @throws Error for a folder without a manifest that names a version */
function versionIn(path: string): string {
  const { firmware } = JSON.parse(readFileSync(join(path, MANIFEST), 'utf8')) as { firmware?: unknown };
  if (typeof firmware !== 'string') throw new Error('the manifest names no version');
  return firmware;
}
